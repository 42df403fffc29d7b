namespace Larder.Testing.Conformance.Modelling;

/// <summary>A cache and its model, side by side.</summary>
internal sealed class ModelRun(ICache cache, FakeTimeProvider clock)
{
    private readonly Dictionary<long, long> _versions = [];
    private readonly Dictionary<string, List<long>> _history = new(StringComparer.Ordinal);

    public ICache Cache => cache;

    public CacheModel Model { get; } = new();

    public void Advance(long milliseconds)
    {
        clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Model.Now += milliseconds;
    }

    /// <summary>Gets the version of an entry; zero when it is absent.</summary>
    public long VersionOf(string key) => Model.Find(key) is { } entry ? _versions[entry.Write] : 0;

    /// <summary>Gets a version that the entry does not have: one of its own past, if there is one.</summary>
    public long WrongVersionOf(string key)
    {
        var present = VersionOf(key);
        return _history.TryGetValue(key, out var past) && past.Exists(version => version != present) ? past.Find(version => version != present) : 123_456_789_000;
    }

    public async Task<ModelResult> GetAsync(string key, ModelType type) => type switch
    {
        ModelType.Long => ModelResult.Of(await cache.GetAsync<long>(key)),
        ModelType.Int => ModelResult.Of(await cache.GetAsync<int>(key)),
        _ => ModelResult.Of(await cache.GetAsync<string?>(key)),
    };

    public async Task<ModelResult> PeekAsync(string key, ModelType type) => type switch
    {
        ModelType.Long => ModelResult.Of(await cache.PeekAsync<long>(key)),
        ModelType.Int => ModelResult.Of(await cache.PeekAsync<int>(key)),
        _ => ModelResult.Of(await cache.PeekAsync<string?>(key)),
    };

    /// <summary>Gets what a read of an entry must answer.</summary>
    public ModelResult Expected(string key, ModelEntry? entry, ModelType type) => entry is not null && entry.IsOf(type)
        ? new ModelResult(true, entry.Value, Model.TimeToLive(key), entry.IsStale, _versions[entry.Write])
        : default;

    /// <summary>Compares all that can be seen of the cache with the model.</summary>
    public async Task VerifyAsync(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            await VerifyAsync(key);
        }

        Expect.Equal(Model.Keys.LongCount(), await cache.CountAsync(), "the count");
        Expect.Equal(Model.Counts, ModelCounts.Of(cache.Statistics.Snapshot()), "the statistics");
        var held = cache.Statistics.Entries;
        Expect.True(held == -1 || cache.Statistics.LocalCopies != LocalCopies.None || held >= Model.Keys.LongCount(), "no fewer entries are held than live");
    }

    private async Task VerifyAsync(string key)
    {
        var entry = Model.Find(key);
        Expect.Equal(entry is not null, await cache.ExistsAsync(key), $"the existence of {key}");
        Expect.Equal(new EntryTimeToLive(entry is not null, Model.TimeToLive(key)), await cache.GetTimeToLiveAsync(key), $"the time to live of {key}");
        var type = entry?.Value is long ? ModelType.Long : ModelType.Text;
        var found = await PeekAsync(key, type);
        if (entry is not null && found.HasValue)
        {
            Learn(key, entry, found.Version);
        }

        Expect.Equal(Expected(key, entry, type), found, $"the entry {key}");
    }

    /// <summary>Notes the version of a write that is seen for the first time: it must be new.</summary>
    private void Learn(string key, ModelEntry entry, long version)
    {
        if (_versions.TryAdd(entry.Write, version))
        {
            if (!_history.TryGetValue(key, out var past))
            {
                _history[key] = past = [];
            }

            Expect.True(version != 0 && !past.Contains(version), $"the version {version} of {key} is new");
            past.Add(version);
        }
    }
}
