using Larder.Testing;
using Larder.Tests.Invalidation;

namespace Larder.Tests.Store;

/// <summary>Strict stores while the write and the cache fail together.</summary>
public sealed class StrictFailureTests : IAsyncDisposable
{
    private static readonly StoreOptions s_strict = new() { Consistency = StoreConsistency.Strict };
    private readonly FakeTimeProvider _clock = new();
    private readonly HookedStore _tier;
    private readonly ICache _cache;
    private Func<ValueTask> _write = static () => default;

    public StrictFailureTests()
    {
        _tier = new HookedStore(_clock);
        _cache = Cache.Over(_tier, options => options.TimeProvider = _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _tier.Heal();
        await _cache.DisposeAsync();
    }

    [Fact]
    public async Task What_the_command_threw_is_thrown_when_the_cache_is_away_too()
    {
        var store = Open();
        _write = Fail;

        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => store.UpdateAsync("1").AsTask());

        Assert.Equal("the command", failure.Message);
        Assert.True(store.Statistics.FailedInvalidations > 0);
    }

    [Fact]
    public async Task A_write_that_was_made_throws_when_the_cache_is_away()
    {
        var store = Open();
        _write = () =>
        {
            _tier.FailFor("");
            return default;
        };

        var failure = await Assert.ThrowsAsync<CacheException>(() => store.UpdateAsync("1").AsTask());

        Assert.Contains("could not be told", failure.Message, StringComparison.Ordinal);
    }

    private ICachedStore<string, int> Open() =>
        _cache.Store("things", CacheSource.Create<int, string>((id, _) => new($"{id}"), save: (_, _, _, _) => _write(), delete: (_, _, _) => _write()), int.Parse, s_strict);

    private ValueTask Fail()
    {
        _tier.FailFor("");
        throw new InvalidDataException("the command");
    }
}
