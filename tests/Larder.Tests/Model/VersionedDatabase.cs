using System.Collections.Concurrent;

namespace Larder.Tests.Model;

/// <summary>A database of versions behind a cache, with writers that invalidate and readers that check what they are told.</summary>
internal sealed class VersionedDatabase(ICache cache, int seed)
{
    private const int Keys = 8;

    private static readonly CachePolicy s_refreshed = new() { TimeToLive = TimeSpan.FromMilliseconds(100), EarlyRefresh = EarlyRefresh.XFetch(1_000) };

    /// <summary>What the database holds.</summary>
    private readonly long[] _versions = Enumerable.Repeat(1L, Keys).ToArray();

    /// <summary>The version below which no read may fall, because an invalidation for it has returned.</summary>
    private readonly long[] _floors = new long[Keys];

    private int _loads;

    public ConcurrentQueue<string> Violations { get; } = new();

    /// <summary>Changes keys that no other writer changes, and invalidates them in all ways that there are.</summary>
    public async Task WriteAsync(int writer, int writers, CancellationToken stop)
    {
        var random = new Random((seed * 100) + writer);
        while (!stop.IsCancellationRequested)
        {
            var i = (random.Next(Keys / writers) * writers) + writer;
            var version = Interlocked.Increment(ref _versions[i]);
            await InvalidateAsync(i, version, random.Next(8));
            Volatile.Write(ref _floors[i], version);
            await PauseAsync(random.Next(200));
        }
    }

    public async Task ReadAsync(int reader, CancellationToken stop)
    {
        var random = new Random((seed * 100) + 50 + reader);
        while (!stop.IsCancellationRequested)
        {
            var i = random.Next(Keys);
            var floor = Volatile.Read(ref _floors[i]);
            var (way, pause) = (random.Next(16), random.Next(300));
            if (await ReadAsync(i, way, pause) is { } seen && seen < floor && Violations.Count < 10)
            {
                Violations.Enqueue($"seed {seed}: a read of key {i} in way {way} saw version {seen}, after an invalidation for version {floor} had returned");
            }
        }
    }

    /// <summary>Waits until no loader runs and nothing more comes of those that did.</summary>
    public async Task WaitForLoadsAsync()
    {
        for (var quiet = 0; quiet < 5;)
        {
            quiet = Volatile.Read(ref _loads) == 0 ? quiet + 1 : 0;
            await Task.Delay(10);
        }
    }

    public async Task<List<string>> FindStaleEntriesAsync()
    {
        var stale = new List<string>();
        for (var i = 0; i < Keys; i++)
        {
            var entry = await cache.PeekAsync<long>(Key(i));
            if (entry.HasValue && entry.Value != _versions[i])
            {
                stale.Add($"seed {seed}: at rest key {i} has version {entry.Value} instead of {_versions[i]}");
            }
        }

        return stale;
    }

    private static string Key(int i) => $"key:{i}";

    private static string Tag(int i) => $"tag:{i}";

    private async ValueTask InvalidateAsync(int i, long version, int way)
    {
        switch (way)
        {
            case 0:
                await cache.RemoveAsync(Key(i));
                break;
            case 1 or 2:
                await cache.RemoveByTagAsync(Tag(i));
                break;
            case 3:
                await cache.RemoveByPatternAsync($"k?y:[{i}]");
                break;
            case 4:
                await cache.ClearAsync();
                break;
            case 5:
                await cache.SetAsync(Key(i), version, new CacheEntryOptions { Tags = [Tag(i)] });
                break;
            case 6:
                await cache.RemoveManyAsync([Key(i)]);
                break;
            default:
                await cache.InvalidateAsync(new InvalidationGroup().AddTags(Tag(i)));
                break;
        }
    }

    private async ValueTask<long?> ReadAsync(int i, int way, int pause)
    {
        switch (way)
        {
            case < 3:
                return (await cache.GetAsync<long>(Key(i))) is { HasValue: true } found ? found.Value : null;
            case 3:
                return cache.TryGet<long>(Key(i), out var value) ? value : null;
            case < 8:
                return await cache.GetOrCreateAsync(Key(i), (Database: this, i, pause), static (read, _, _) => read.Database.LoadAsync(read.i, read.pause), new() { Tags = [Tag(i)] });
            case < 12:
                return await cache.GetOrCreateAsync(
                    Key(i),
                    (Database: this, i, pause),
                    static async (read, context, _) =>
                    {
                        var version = await read.Database.LoadAsync(read.i, read.pause);
                        context.AddTags(Tag(read.i));
                        return version;
                    });
            case 12:
                return await cache.GetOrCreateAsync(
                    Key(i), (Database: this, i, pause), static (read, _, _) => read.Database.LoadAsync(read.i, read.pause), new() { Tags = [Tag(i)], Policy = s_refreshed });
            case < 15:
                var j = (i + 1) % Keys;
                var many = await cache.GetOrCreateManyAsync<long>([Key(i), Key(j)], (keys, _) => LoadManyAsync(keys, pause), new() { Tags = [Tag(i), Tag(j)] });
                return many[Key(i)];
            default:
                return await cache.RefreshAsync(Key(i), (Database: this, i, pause), static (read, _, _) => read.Database.LoadAsync(read.i, read.pause), new() { Tags = [Tag(i)] });
        }
    }

    private async ValueTask<long> LoadAsync(int i, int pause)
    {
        Interlocked.Increment(ref _loads);
        try
        {
            var version = Volatile.Read(ref _versions[i]);
            await PauseAsync(pause);
            return version;
        }
        finally
        {
            Interlocked.Decrement(ref _loads);
        }
    }

    private async ValueTask<IReadOnlyDictionary<string, long>> LoadManyAsync(IReadOnlyList<string> keys, int pause)
    {
        var loaded = new Dictionary<string, long>();
        foreach (var key in keys)
        {
            loaded[key] = await LoadAsync(key[^1] - '0', pause);
        }

        return loaded;
    }

    /// <summary>Lets others run, in the ways in which real loaders do.</summary>
    private static async ValueTask PauseAsync(int length)
    {
        if (length < 20)
        {
            await Task.Delay(1);
        }
        else if (length < 120)
        {
            await Task.Yield();
        }
        else
        {
            Thread.SpinWait(length);
        }
    }
}
