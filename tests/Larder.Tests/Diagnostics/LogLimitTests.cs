using Larder.Tests.Conformance;
using Larder.Tests.Serialization;

namespace Larder.Tests.Diagnostics;

/// <summary>What is logged while everything fails.</summary>
[Trait("Category", "Slow")]
public sealed class LogLimitTests : IAsyncDisposable
{
    private readonly BytesHarness _harness = new();
    private readonly LogRecorder _log = new();
    private readonly ICache _cache;

    public LogLimitTests() => _cache = _harness.CreateCache(options => options.LoggerFactory = _log);

    public ValueTask DisposeAsync()
    {
        _harness.Tier.ReadFailure = null;
        return _harness.DisposeAsync();
    }

    [Fact]
    [Ledger(172)]
    public async Task Of_an_event_that_repeats_ten_are_logged_in_ten_seconds_and_then_how_many_were_left_out()
    {
        _harness.Tier.ReadFailure = new IOException("out of order");
        await ReadAsync(1000);
        Assert.Equal(10, Count("the tier failed"));

        _harness.Clock.Advance(TimeSpan.FromSeconds(10));
        await ReadAsync(1);

        Assert.Equal(11, Count("the tier failed"));
        Assert.Equal(1, Count("990 further messages of the event 6 were left out"));
    }

    [Fact]
    public async Task Events_of_another_kind_are_logged_all_the_same()
    {
        _harness.Tier.ReadFailure = new IOException("out of order");
        await ReadAsync(1000);
        _harness.Tier.ReadFailure = null;

        var policy = new CachePolicy { TimeToLive = TimeSpan.FromSeconds(1), MaxStale = TimeSpan.FromHours(1) };
        await _cache.SetAsync("key", 1, policy);
        _harness.Clock.Advance(TimeSpan.FromSeconds(2));
        await _cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), policy);

        Assert.Equal(1, Count("a stale value is served in its place"));
    }

    [Fact]
    public async Task Values_are_in_no_line()
    {
        const string Secret = "the value of an entry";
        await _cache.SetAsync("key", Secret);
        await _cache.SetAsync("stale", Secret, new CachePolicy { TimeToLive = TimeSpan.FromSeconds(1), MaxStale = TimeSpan.FromHours(1) });
        _harness.Clock.Advance(TimeSpan.FromSeconds(2));
        await _cache.GetOrCreateAsync<string>("stale", _ => throw new FormatException("refused"), new CachePolicy { MaxStale = TimeSpan.FromHours(1) });
        _harness.Tier.CommitFailure = new IOException("out of order");
        await Assert.ThrowsAnyAsync<Exception>(() => _cache.SetAsync("key", Secret).AsTask());
        _harness.Tier.CommitFailure = null;
        _harness.Tier.ReadFailure = new IOException("out of order");
        await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(Secret));

        Assert.NotEmpty(_log.Lines);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    private int Count(string part) => _log.Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    private async Task ReadAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await _cache.GetAsync<int>("key");
        }
    }
}
