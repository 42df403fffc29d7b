#pragma warning disable VSTHRD103 // The synchronous members are tested too.
using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Testing.Conformance;

/// <summary>What an IDistributedCache and an IBufferDistributedCache promise.</summary>
internal sealed class DistributedCacheConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly DistributedCacheEntryOptions s_forEver = new();

    private IBufferDistributedCache Distributed => field ??= Cache.WithPrefix("distributed").AsDistributedCache();

    public async Task A_value_comes_back_and_an_absent_one_is_null()
    {
        await SetAsync("key", "value");

        Expect.Equal("value", await GetAsync("key"));
        Expect.True(await Distributed.GetAsync("absent") is null);
        Expect.True(Distributed.Get("absent") is null);
        Expect.Equal("value", Encoding.UTF8.GetString(Distributed.Get("key")!));
    }

    public async Task Missing_arguments_are_refused()
    {
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.GetAsync(null!));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.SetAsync(null!, [], s_forEver));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.SetAsync("key", null!, s_forEver));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.SetAsync("key", [], null!));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.SetAsync("key", default(ReadOnlySequence<byte>), null!).AsTask());
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.RemoveAsync(null!));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.RefreshAsync(null!));
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.TryGetAsync(null!, new ArrayBufferWriter<byte>()).AsTask());
        await Expect.ThrowsAsync<ArgumentNullException>(() => Distributed.TryGetAsync("key", null!).AsTask());
        await Expect.ThrowsAsync<ArgumentNullException>(() => Task.FromResult(Distributed.Get(null!)));
    }

    public async Task Keys_may_be_anything_and_are_told_apart()
    {
        string[] keys = ["", " ", "key", "Key", "key ", "a\nb", "a\u001eb\u001fc", "\u0001", "\uD800", "\uD801", "ключ", "\U0001F511", new('k', 5000), new('k', 5001), "*", "[a]", "\u0001" + new string('0', 64)];
        foreach (var key in keys)
        {
            await SetAsync(key, key + "!");
        }

        foreach (var key in keys)
        {
            Expect.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key + "!")), await GetAsync(key));
            await Distributed.RemoveAsync(key);
            Expect.True(await Distributed.GetAsync(key) is null);
        }
    }

    public async Task Set_replaces_the_value_and_its_expiration()
    {
        await SetAsync("key", "old", new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        await SetAsync("key", "new");
        Clock.Advance(TimeSpan.FromDays(2));

        Expect.Equal("new", await GetAsync("key"));
    }

    public async Task Without_options_a_value_does_not_expire()
    {
        await SetAsync("key", "value");
        Clock.Advance(TimeSpan.FromDays(30));

        Expect.Equal("value", await GetAsync("key"));
    }

    public async Task Removing_and_refreshing_what_is_not_there_does_nothing()
    {
        await Distributed.RemoveAsync("key");
        await Distributed.RefreshAsync("key");
        Distributed.Remove("key");
        Distributed.Refresh("key");

        Expect.True(await Distributed.GetAsync("key") is null);
    }

    public async Task An_absolute_expiration_is_kept_to_the_millisecond()
    {
        await SetAsync("relative", "value", new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(1900) });
        await SetAsync("at", "value", new() { AbsoluteExpiration = Clock.GetUtcNow() + TimeSpan.FromMilliseconds(1900) });
        await SetAsync("both", "value", new() { AbsoluteExpiration = Clock.GetUtcNow() + TimeSpan.FromHours(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(1900) });
        Clock.Advance(TimeSpan.FromMilliseconds(1899));
        Expect.Equal(("value", "value", "value"), (await GetAsync("relative"), await GetAsync("at"), await GetAsync("both")));
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        Expect.True(await GetAsync("relative") is null && await GetAsync("at") is null && await GetAsync("both") is null);
    }

    public async Task An_absolute_expiration_may_be_told_in_any_time_zone()
    {
        foreach (var offset in new[] { TimeSpan.FromHours(-5), TimeSpan.FromHours(5) })
        {
            await SetAsync("key", "value", new() { AbsoluteExpiration = (Clock.GetUtcNow() + TimeSpan.FromMinutes(1)).ToOffset(offset), SlidingExpiration = TimeSpan.FromHours(1) });
            Clock.Advance(TimeSpan.FromSeconds(59));
            Expect.Equal("value", await GetAsync("key"));
            Clock.Advance(TimeSpan.FromSeconds(1));
            Expect.True(await GetAsync("key") is null);
        }
    }

    public async Task An_absolute_expiration_that_has_passed_is_refused()
    {
        var exception = await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Distributed.SetAsync("key", [1], new() { AbsoluteExpiration = Clock.GetUtcNow() }));

        Expect.Equal("AbsoluteExpiration", exception.ParamName);
        Expect.True(exception.Message.StartsWith("The absolute expiration value must be in the future.", StringComparison.Ordinal));
        Expect.True(await Distributed.GetAsync("key") is null);
    }

    public async Task Each_use_prolongs_a_sliding_entry()
    {
        Func<Task>[] uses =
        [
            () => Distributed.GetAsync("key"),
            () => Distributed.RefreshAsync("key"),
            () => Distributed.TryGetAsync("key", new ArrayBufferWriter<byte>()).AsTask(),
            () => Task.FromResult(Distributed.Get("key")),
        ];
        await SetAsync("key", "value", new() { SlidingExpiration = TimeSpan.FromMilliseconds(1500) });
        foreach (var use in uses)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1499));
            await use();
        }

        Clock.Advance(TimeSpan.FromMilliseconds(1499));
        Expect.Equal("value", await GetAsync("key"));
        Clock.Advance(TimeSpan.FromMilliseconds(1500));
        Expect.True(await GetAsync("key") is null);
        await Distributed.RefreshAsync("key");
        Expect.True(await GetAsync("key") is null);
    }

    public async Task A_sliding_entry_does_not_pass_its_absolute_expiration()
    {
        await SetAsync("key", "value", new() { SlidingExpiration = TimeSpan.FromMinutes(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(2) });
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Clock.Advance(TimeSpan.FromSeconds(39));
            await Distributed.RefreshAsync("key");
            Expect.Equal("value", await GetAsync("key"));
        }

        Clock.Advance(TimeSpan.FromSeconds(3));
        Expect.True(await GetAsync("key") is null);
    }

    public async Task Refreshing_an_entry_without_a_window_changes_nothing()
    {
        await SetAsync("key", "value", new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        Clock.Advance(TimeSpan.FromSeconds(59));
        await Distributed.RefreshAsync("key");
        Clock.Advance(TimeSpan.FromSeconds(1));

        Expect.True(await GetAsync("key") is null);
    }

    public async Task Values_are_copied_in_and_out()
    {
        byte[] given = [1, 2, 3];
        await Distributed.SetAsync("key", given, s_forEver);
        given[0] = 9;
        var got = (await Distributed.GetAsync("key"))!;
        Expect.Equal(1, got[0]);
        got[0] = 9;

        Expect.Equal(1, (await Distributed.GetAsync("key"))![0]);
        Expect.Equal(1, Distributed.Get("key")![0]);
    }

    public async Task An_empty_value_is_there()
    {
        await Distributed.SetAsync("key", [], s_forEver);
        var buffer = new ArrayBufferWriter<byte>();

        Expect.Equal(0, (await Distributed.GetAsync("key"))!.Length);
        Expect.True(await Distributed.TryGetAsync("key", buffer));
        Expect.True(Distributed.TryGet("key", buffer));
        Expect.Equal(0, buffer.WrittenCount);
    }

    public async Task A_buffer_gets_the_value_or_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>();
        Expect.False(await Distributed.TryGetAsync("absent", buffer));
        Expect.False(Distributed.TryGet("absent", buffer));
        Expect.Equal(0, buffer.WrittenCount);
        await SetAsync("key", "value");

        Expect.True(await Distributed.TryGetAsync("key", buffer));
        Expect.True(Distributed.TryGet("key", buffer));

        Expect.Equal("valuevalue", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    public async Task A_value_in_several_segments_is_stored_whole_and_copied()
    {
        byte[] first = [1, 2], second = [3, 4];
        var start = new Segment(first, null);
        var end = new Segment(second, start);
        await Distributed.SetAsync("key", new ReadOnlySequence<byte>(start, 0, end, 2), s_forEver);
        Distributed.Set("other", new ReadOnlySequence<byte>(start, 0, end, 2), s_forEver);
        (first[0], second[1]) = (9, 9);

        Expect.SameElements<byte>([1, 2, 3, 4], (await Distributed.GetAsync("key"))!);
        Expect.SameElements<byte>([1, 2, 3, 4], Distributed.Get("other")!);
    }

    public async Task The_synchronous_members_do_the_same()
    {
        Distributed.Set("key", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Clock.Advance(TimeSpan.FromSeconds(59));
        Distributed.Refresh("key");
        Clock.Advance(TimeSpan.FromSeconds(59));
        Expect.Equal(1, Distributed.Get("key")!.Single());
        Distributed.Remove("key");

        Expect.True(await Distributed.GetAsync("key") is null);
    }

    public async Task Who_has_cancelled_already_gets_nothing_done()
    {
        var token = new CancellationToken(canceled: true);
        await SetAsync("key", "value");

        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.GetAsync("key", token));
        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.SetAsync("key", [], s_forEver, token));
        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.SetAsync("key", default(ReadOnlySequence<byte>), s_forEver, token).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.TryGetAsync("key", new ArrayBufferWriter<byte>(), token).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.RefreshAsync("key", token));
        await Expect.ThrowsAsync<OperationCanceledException>(() => Distributed.RemoveAsync("key", token));
        Expect.Equal("value", await GetAsync("key"));
    }

    public async Task A_node_sees_what_another_has_changed()
    {
        var other = Harness.CreateCache().WithPrefix("distributed").AsDistributedCache();
        await SetAsync("key", "old");
        if (await other.GetAsync("key") is null)
        {
            return;
        }

        await SetAsync("key", "new");
        await Eventually.TrueAsync(async () => Encoding.UTF8.GetString((await other.GetAsync("key"))!) == "new", "the new value is seen");
        await Distributed.RemoveAsync("key");
        await Eventually.TrueAsync(async () => await other.GetAsync("key") is null, "the removal is seen");
    }

    private Task SetAsync(string key, string value, DistributedCacheEntryOptions? options = null) => Distributed.SetAsync(key, Encoding.UTF8.GetBytes(value), options ?? s_forEver);

    private async Task<string?> GetAsync(string key) => await Distributed.GetAsync(key) is { } value ? Encoding.UTF8.GetString(value) : null;

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
