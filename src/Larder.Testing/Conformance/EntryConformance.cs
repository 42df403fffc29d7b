namespace Larder.Testing.Conformance;

/// <summary>Single entries: setting, reading, overwriting, removing; which types of values come back.</summary>
internal sealed class EntryConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly DateTimeOffset s_moment = new(2026, 3, 29, 1, 59, 59, 123, TimeSpan.FromHours(5.5));

    [Ledger(41, 44)]
    public async Task A_value_that_was_set_is_read()
    {
        await Cache.SetAsync("key", "value");

        var result = await Cache.GetAsync<string>("key");

        Expect.True(result.HasValue);
        Expect.Equal("value", result.Value);
    }

    [Ledger(44)]
    public async Task A_key_that_was_never_set_has_no_value()
    {
        var result = await Cache.GetAsync<string>("key");

        Expect.False(result.HasValue);
        Expect.False(result.IsStale);
        Expect.Equal(0, result.Version);
        Expect.Equal(null, result.TimeToLive);
    }

    [Ledger(53)]
    public async Task Setting_again_overwrites()
    {
        await Cache.SetAsync("key", "one");
        await Cache.SetAsync("key", "two");

        Expect.Equal("two", (await Cache.GetAsync<string>("key")).Value);
        Expect.Equal(1, await Cache.CountAsync());
    }

    [Ledger(8)]
    public async Task Setting_again_with_another_type_overwrites()
    {
        await Cache.SetAsync("key", "one");
        await Cache.SetAsync("key", 2);

        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Expect.False((await Cache.GetAsync<string>("key")).HasValue);
    }

    public async Task Setting_one_key_leaves_others_alone()
    {
        await Cache.SetAsync("a", 1);
        await Cache.SetAsync("b", 2);
        await Cache.SetAsync("a", 3);

        Expect.Equal(2, (await Cache.GetAsync<int>("b")).Value);
    }

    [Ledger(52)]
    public async Task A_removed_entry_is_absent_and_was_there_once()
    {
        await Cache.SetAsync("key", "value");

        Expect.True(await Cache.RemoveAsync("key"));
        Expect.False((await Cache.GetAsync<string>("key")).HasValue);
        Expect.False(await Cache.ExistsAsync("key"));
        Expect.False(await Cache.RemoveAsync("key"));
    }

    [Ledger(54)]
    public async Task Exists_tells_of_an_entry_of_any_type()
    {
        await Cache.SetAsync("number", 1);
        await Cache.SetAsync<string?>("null", null);

        Expect.True(await Cache.ExistsAsync("number"));
        Expect.True(await Cache.ExistsAsync("null"));
        Expect.False(await Cache.ExistsAsync("other"));
    }

    [Ledger(45)]
    public async Task Null_is_a_value()
    {
        await Cache.SetAsync<string?>("key", null);

        var result = await Cache.GetAsync<string?>("key");
        var value = await Cache.GetOrCreateAsync<string?>("key", static _ => new ValueTask<string?>("loaded"));

        Expect.True(result.HasValue);
        Expect.Equal(null, result.Value);
        Expect.True(result.Version != 0);
        Expect.Equal(null, value);
    }

    public async Task Null_is_a_value_of_a_nullable_number_and_none_of_a_number()
    {
        await Cache.SetAsync<int?>("key", null);

        Expect.True((await Cache.GetAsync<int?>("key")) is { HasValue: true, Value: null });
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
        Expect.Equal(1, Cache.Statistics.Snapshot().TypeMismatches);
    }

    public Task The_empty_string_comes_back() => RoundTripAsync("");

    [Ledger(48)]
    public Task Text_in_all_scripts_comes_back() => RoundTripAsync("Grüße, 世界, שלום, \U0001F9C0, e\u0301, \0, \r\n, \"quoted\" <b>");

    [Ledger(48)]
    public async Task Integers_of_every_width_come_back_at_their_limits()
    {
        await RoundTripAsync(byte.MaxValue);
        await RoundTripAsync(sbyte.MinValue);
        await RoundTripAsync(short.MinValue);
        await RoundTripAsync(ushort.MaxValue);
        await RoundTripAsync(int.MinValue);
        await RoundTripAsync(uint.MaxValue);
        await RoundTripAsync(long.MinValue);
        await RoundTripAsync(long.MaxValue);
        await RoundTripAsync(ulong.MaxValue);
    }

    public async Task Numbers_that_are_no_integers_come_back_exactly()
    {
        await RoundTripAsync(0.1);
        await RoundTripAsync(double.Epsilon);
        await RoundTripAsync(1.5f);
        await RoundTripAsync(79_228_162_514_264_337_593_543_950_335m);
    }

    public async Task Truth_values_characters_and_identifiers_come_back()
    {
        await RoundTripAsync(true);
        await RoundTripAsync('ß');
        await RoundTripAsync(new Guid("7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11"));
    }

    public async Task Points_in_time_and_durations_come_back_with_their_offset()
    {
        await RoundTripAsync(s_moment);
        await RoundTripAsync(new DateOnly(2024, 2, 29));
        await RoundTripAsync(TimeSpan.FromTicks(-1));
        Expect.Equal(s_moment.Offset, (await Cache.GetAsync<DateTimeOffset>(typeof(DateTimeOffset).Name)).Value.Offset);
    }

    public Task A_value_of_an_enumeration_comes_back() => RoundTripAsync(SampleKind.Large);

    [Ledger(48)]
    public Task A_record_comes_back_with_what_it_holds() => RoundTripAsync(
        new SampleRecord(7, "seven", 7.70m, s_moment, SampleKind.Small, new SampleRecord(1, "parent", 0, s_moment, SampleKind.None)));

    [Ledger(47)]
    public async Task Bytes_come_back_whatever_they_are()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        await Cache.SetAsync("all", all);
        await Cache.SetAsync<byte[]>("none", []);

        Expect.True((await Cache.GetAsync<byte[]>("all")).Value.AsSpan().SequenceEqual(all));
        Expect.Equal(0, (await Cache.GetAsync<byte[]>("none")).Value.Length);
    }

    [Ledger(48)]
    public async Task Arrays_and_lists_come_back_in_their_order()
    {
        await Cache.SetAsync("array", new[] { 3, 1, 2 });
        await Cache.SetAsync<List<string?>>("list", ["b", null, "a"]);

        Expect.True((await Cache.GetAsync<int[]>("array")).Value.SequenceEqual([3, 1, 2]));
        Expect.True((await Cache.GetAsync<List<string?>>("list")).Value.SequenceEqual(["b", null, "a"]));
    }

    [Ledger(8)]
    public async Task A_dictionary_of_records_comes_back()
    {
        var record = new SampleRecord(1, "one", 1m, s_moment, SampleKind.Small);
        await Cache.SetAsync("key", new Dictionary<string, SampleRecord> { ["one"] = record });

        var found = (await Cache.GetAsync<Dictionary<string, SampleRecord>>("key")).Value;

        Expect.Equal(1, found.Count);
        Expect.Equal(record, found["one"]);
    }

    public async Task Text_read_as_a_number_is_a_counted_miss_and_stays()
    {
        await Cache.SetAsync("key", "7");

        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
        Expect.Equal(1, Cache.Statistics.Snapshot().TypeMismatches);
        Expect.Equal(1, Cache.Statistics.Snapshot().Misses);
        Expect.Equal("7", (await Cache.GetAsync<string>("key")).Value);
    }

    public async Task A_record_read_as_a_number_is_a_counted_miss_and_stays()
    {
        var record = new SampleRecord(1, "one", 1m, s_moment, SampleKind.Small);
        await Cache.SetAsync("key", record);

        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
        Expect.False((await Cache.GetAsync<Guid>("key")).HasValue);
        Expect.Equal(2, Cache.Statistics.Snapshot().TypeMismatches);
        Expect.Equal(record, (await Cache.GetAsync<SampleRecord>("key")).Value);
    }

    public async Task An_entry_of_another_type_has_no_version_to_compare_with()
    {
        await Cache.SetAsync("key", "text");

        Expect.Equal(0, (await Cache.GetAsync<int>("key")).Version);
        Expect.False(await Cache.CompareAndSetAsync("key", 1, expectedVersion: 0));
        Expect.Equal("text", (await Cache.GetAsync<string>("key")).Value);
    }

    public async Task Get_or_create_loads_in_place_of_an_entry_of_another_type()
    {
        await Cache.SetAsync("key", "text");

        var value = await Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(7));

        Expect.Equal(7, value);
        Expect.Equal(7, (await Cache.GetAsync<int>("key")).Value);
        Expect.Equal(1, Cache.Statistics.Snapshot().TypeMismatches);
    }

    public async Task Integers_convert_when_they_fit()
    {
        await Cache.SetAsync("key", 200);

        Expect.Equal(200L, (await Cache.GetAsync<long>("key")).Value);
        Expect.Equal((byte)200, (await Cache.GetAsync<byte>("key")).Value);
        Expect.Equal(200UL, (await Cache.GetAsync<ulong>("key")).Value);
        Expect.Equal(200, (await Cache.GetAsync<int?>("key")).Value);
        Expect.Equal(200, await Cache.GetOrCreateAsync("key", static _ => new ValueTask<short>(1)));
        Expect.Equal(0, Cache.Statistics.Snapshot().TypeMismatches);
    }

    public async Task An_integer_that_does_not_fit_is_a_counted_miss()
    {
        await Cache.SetAsync("large", 3_000_000_000L);
        await Cache.SetAsync("negative", -1);

        Expect.False((await Cache.GetAsync<int>("large")).HasValue);
        Expect.False((await Cache.GetAsync<ulong>("negative")).HasValue);
        Expect.False((await Cache.GetAsync<byte>("negative")).HasValue);
        Expect.Equal(3, Cache.Statistics.Snapshot().TypeMismatches);
        Expect.Equal(3_000_000_000L, (await Cache.GetAsync<long>("large")).Value);
    }

    public async Task A_peek_finds_the_value_and_is_not_counted()
    {
        await Cache.SetAsync("key", "value");

        Expect.Equal("value", (await Cache.PeekAsync<string>("key")).Value);
        Expect.False((await Cache.PeekAsync<string>("other")).HasValue);
        Expect.Equal(0, Cache.Statistics.Snapshot().Reads);
    }

    [Ledger(175)]
    public async Task Reads_are_counted_as_hits_and_misses()
    {
        await Cache.SetAsync("key", 1);

        await Cache.GetAsync<int>("key");
        await Cache.GetAsync<int>("key");
        await Cache.GetAsync<int>("other");
        await Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(2));

        var statistics = Cache.Statistics.Snapshot();
        Expect.Equal(3, statistics.FreshHits);
        Expect.Equal(1, statistics.Misses);
    }

    [Ledger(7)]
    public async Task A_view_of_one_type_sees_the_same_entries()
    {
        var numbers = Cache.For<int>();
        await numbers.SetAsync("key", 7);

        Expect.Equal(7, (await Cache.GetAsync<int>("key")).Value);
        Expect.True(await Cache.RemoveAsync("key"));
        Expect.False((await numbers.GetAsync("key")).HasValue);
    }

    [Ledger(26)]
    public async Task A_cancelled_operation_changes_nothing()
    {
        await Cache.SetAsync("key", 1);
        var cancelled = new CancellationToken(canceled: true);

        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.SetAsync("key", 2, cancellationToken: cancelled).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.RemoveAsync("key", cancelled).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.IncrementAsync("key", 1, default, cancelled).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.GetAsync<int>("key", cancelled).AsTask());

        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    private async Task RoundTripAsync<T>(T value)
    {
        var key = typeof(T).Name;
        await Cache.SetAsync(key, value);

        var result = await Cache.GetAsync<T>(key);

        Expect.True(result.HasValue, $"a {typeof(T).Name} is found");
        Expect.Equal(value, result.Value, key);
    }
}
