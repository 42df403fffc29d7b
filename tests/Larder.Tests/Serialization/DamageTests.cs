using System.Text;
using Larder.Tests.Conformance;

namespace Larder.Tests.Serialization;

/// <summary>
/// Scenario S22 of the fault catalogue: whatever happens to the bytes of an entry, a reader gets a miss and never an exception or a wrong
/// value; it is counted, and the record is gone.
/// </summary>
public sealed class DamageTests : IAsyncDisposable
{
    private const int Trials = 480;

    private readonly BytesHarness _harness = new();
    private readonly ICache _cache;

    public DamageTests() => _cache = _harness.CreateCache();

    private BytesTier Tier => _harness.Tier;

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    [Ledger(151)]
    public async Task No_damage_of_any_kind_is_ever_read()
    {
        var random = new Random(22);
        for (var trial = 0; trial < Trials; trial++)
        {
            await SetBothAsync(trial);
            var whole = Tier.Bytes("default:one")!;
            var damaged = Damage(whole, Tier.Bytes("default:two")!, trial % 8, random);
            Tier.Put("default:one", damaged);
            var before = _cache.Statistics.Snapshot();

            Assert.False(await IsFoundAsync(trial), $"trial {trial}: damaged bytes were read");

            var counted = _cache.Statistics.Snapshot().Since(before);
            Assert.Equal((1, 1, 0), (counted.BadEntries, counted.Misses, counted.TierErrors));
            Assert.Null(Tier.Bytes("default:one"));
            Assert.Equal($"repaired {trial}", await _cache.GetOrCreateAsync("one", _ => ValueTask.FromResult($"repaired {trial}")));
            Assert.Equal($"repaired {trial}", (await _cache.GetAsync<string>("one")).Value);
        }
    }

    [Fact]
    public async Task Every_single_flipped_bit_is_found()
    {
        await _cache.SetAsync("one", "x", new() { Tags = ["t"] });
        var whole = Tier.Bytes("default:one")!;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            Tier.Put("default:one", Flip(whole, bit));

            Assert.False((await _cache.GetAsync<string>("one")).HasValue, $"bit {bit}");
        }

        Assert.Equal(whole.Length * 8, _cache.Statistics.Snapshot().BadEntries);
    }

    [Fact]
    public async Task Every_length_that_is_cut_off_is_found()
    {
        await _cache.SetAsync("one", new Product(1, "Knife"));
        var whole = Tier.Bytes("default:one")!;
        for (var length = 0; length < whole.Length; length++)
        {
            Tier.Put("default:one", whole[..length]);

            Assert.False((await _cache.GetAsync<Product>("one")).HasValue, $"length {length}");
        }

        Assert.Equal(whole.Length, _cache.Statistics.Snapshot().BadEntries);
    }

    [Fact]
    public async Task Twenty_megabytes_of_garbage_are_a_miss()
    {
        var garbage = new byte[20_000_000];
        new Random(1).NextBytes(garbage);
        garbage[0] = 0xA7;
        garbage[1] = 1;
        Tier.Put("default:one", garbage);

        Assert.False((await _cache.GetAsync<byte[]>("one")).HasValue);
        Assert.Null(Tier.Bytes("default:one"));
    }

    [Fact]
    public async Task Get_or_create_replaces_a_damaged_record()
    {
        await SetDamagedAsync();

        Assert.Equal("loaded", await _cache.GetOrCreateAsync("one", _ => ValueTask.FromResult("loaded")));

        Assert.Equal("loaded", (await _cache.GetAsync<string>("one")).Value);
        Assert.Equal(1, _cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task A_damaged_record_is_absent_for_exists_and_time_to_live()
    {
        await SetDamagedAsync();
        Assert.False(await _cache.ExistsAsync("one"));

        await SetDamagedAsync();
        Assert.Equal(EntryTimeToLive.Absent, await _cache.GetTimeToLiveAsync("one"));
    }

    [Fact]
    public async Task A_damaged_record_is_neither_listed_nor_counted()
    {
        await _cache.SetAsync("whole", 1);
        await SetDamagedAsync();
        Assert.Equal(["whole"], await _cache.KeysAsync().ToListAsync());

        await SetDamagedAsync();
        Assert.Equal(1, await _cache.CountAsync());

        await SetDamagedAsync();
        Assert.Equal(1, await _cache.ClearAsync());
        Assert.DoesNotContain("default:one", Tier.AllKeys);
    }

    [Fact]
    public async Task A_damaged_record_is_absent_for_conditional_writes()
    {
        await SetDamagedAsync();
        Assert.False(await _cache.ReplaceAsync("one", "new"));

        await SetDamagedAsync();
        Assert.False(await _cache.ExpireAsync("one", TimeSpan.FromSeconds(1)));

        await SetDamagedAsync();
        Assert.False(await _cache.RemoveAsync("one"));

        await SetDamagedAsync();
        Assert.True(await _cache.AddAsync("one", "new"));
        Assert.Equal("new", (await _cache.GetAsync<string>("one")).Value);
    }

    [Fact]
    public async Task A_damaged_record_is_absent_for_exchange_update_and_increment()
    {
        await SetDamagedAsync();
        Assert.False((await _cache.ExchangeAsync("one", "new")).HasValue);

        await SetDamagedAsync();
        Assert.Equal("updated", await _cache.UpdateAsync<string>("one", current => current.HasValue ? "wrong" : "updated"));

        await SetDamagedAsync();
        Assert.Equal(5, await _cache.IncrementAsync("one", 5));
    }

    [Fact]
    public async Task A_damaged_record_is_absent_for_transactions()
    {
        await SetDamagedAsync();
        Assert.False(await _cache.CreateTransaction().RequirePresent("one").Set("other", 1).CommitAsync());

        await SetDamagedAsync();
        Assert.True(await _cache.CreateTransaction().RequireAbsent("one").Set("one", "new").CommitAsync());
        Assert.Equal("new", (await _cache.GetAsync<string>("one")).Value);
    }

    [Fact]
    public async Task One_damaged_record_among_many_costs_only_itself()
    {
        await _cache.SetManyAsync(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"key:{i}", i)));
        Tier.Put("default:key:4", [1, 2, 3]);

        var results = await _cache.GetManyAsync<int>(Enumerable.Range(0, 10).Select(i => $"key:{i}"));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => i != 4), results.Select(result => result.HasValue));
    }

    [Fact]
    public async Task Damage_in_a_store_that_cannot_be_written_to_is_a_miss_all_the_same()
    {
        await SetDamagedAsync();
        Tier.CommitFailure = new IOException("read-only");

        Assert.False((await _cache.GetAsync<string>("one")).HasValue);
        Assert.False(await _cache.ExistsAsync("one"));
        Assert.Equal("loaded", await _cache.GetOrCreateAsync("one", _ => ValueTask.FromResult("loaded")));

        Assert.True(_cache.Statistics.Snapshot() is { BadEntries: > 0, TierErrors: > 0 });
    }

    [Fact]
    public async Task Damage_is_logged_with_the_key_and_without_the_value()
    {
        using var logs = new LogRecorder();
        var cache = _harness.CreateCache(options => options.LoggerFactory = logs);
        await cache.SetAsync("one", "secret text");
        Tier.Put("default:one", Flip(Tier.Bytes("default:one")!, 500));

        await cache.GetAsync<string>("one");

        var line = Assert.Single(logs.Lines, line => line.Contains("could not be read", StringComparison.Ordinal));
        Assert.Contains("'one'", line, StringComparison.Ordinal);
        Assert.Contains("checksum", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    private static byte[] Flip(byte[] whole, int bit)
    {
        var copy = whole.ToArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }

    private static byte[] Damage(byte[] whole, byte[] other, int kind, Random random)
    {
        switch (kind)
        {
            case 0:
                var bit = random.Next(whole.Length * 8);

                // The versions of an integer may change without a checksum; its value and its life may not.
                return Flip(whole, whole[FrameBytes.Format] == 3 && bit / 8 is >= 16 and < 32 ? bit + 128 : bit);
            case 1:
                return whole[..random.Next(whole.Length)];
            case 2:
                return [];
            case 3:
                var garbage = new byte[random.Next(1, 400)];
                random.NextBytes(garbage);
                return garbage;
            case 4:
                return other;
            case 5:
                // The header of one with the payload of the other.
                return [.. FrameBytes.Header(whole), .. FrameBytes.Payload(other)];
            case 6:
                return [.. whole, .. new byte[random.Next(1, 100_000)]];
            default:
                return Encoding.UTF8.GetBytes("{\"Id\":1,\"Name\":\"written by another program\"}");
        }
    }

    private async Task SetBothAsync(int trial)
    {
        switch (trial / 8 % 4)
        {
            case 0:
                await _cache.SetAsync("one", $"text {trial}");
                await _cache.SetAsync("two", $"other {trial}");
                break;
            case 1:
                await _cache.SetAsync("one", new Product(trial, "one"));
                await _cache.SetAsync("two", new Product(trial, "two"));
                break;
            case 2:
                await _cache.SetAsync("one", trial);
                await _cache.SetAsync("two", -trial - 1);
                break;
            default:
                await _cache.SetAsync("one", new byte[] { 1, (byte)trial });
                await _cache.SetAsync("two", new byte[] { 2, (byte)trial });
                break;
        }
    }

    private async Task<bool> IsFoundAsync(int trial) => (trial / 8 % 4) switch
    {
        0 => (await _cache.GetAsync<string>("one")).HasValue,
        1 => (await _cache.GetAsync<Product>("one")).HasValue,
        2 => (await _cache.GetAsync<int>("one")).HasValue,
        _ => (await _cache.GetAsync<byte[]>("one")).HasValue,
    };

    private async Task SetDamagedAsync()
    {
        await _cache.SetAsync("one", "text");
        Tier.Put("default:one", Flip(Tier.Bytes("default:one")!, 400));
    }
}
