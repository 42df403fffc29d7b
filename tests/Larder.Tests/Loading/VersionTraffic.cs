using Larder.Testing;

namespace Larder.Tests.Loading;

/// <summary>Random readers and writers of a cache in front of a versioned source.</summary>
internal sealed class VersionTraffic(ICache cache, VersionedSource source, FakeTimeProvider clock, int seed)
{
    private static readonly CachePolicy[] s_policies =
    [
        new(),
        new() { EarlyRefresh = EarlyRefresh.AfterFraction(0.2) },
        new() { EarlyRefresh = EarlyRefresh.XFetch(100) },
        new() { MaxStale = TimeSpan.FromMinutes(1), StaleWhileRevalidate = true, FailurePause = TimeSpan.Zero },
        new() { MaxStale = TimeSpan.FromMinutes(1), FailurePause = TimeSpan.FromMilliseconds(20) },
    ];

    private readonly Random _random = new(seed);

    public async Task RunAsync(int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            try
            {
                await (_random.Next(4) == 0 ? WriteAsync() : ReadAsync());
            }
            catch (Exception exception) when (exception is FormatException or OperationCanceledException)
            {
                // A loader that fails on purpose, a caller that goes on purpose.
            }

            if (_random.Next(20) == 0)
            {
                clock.Advance(TimeSpan.FromMilliseconds(_random.Next(40)));
            }
        }
    }

    private static string TagOf(int key) => $"tag {key}";

    private CacheEntryOptions OptionsOf(int key) => new()
    {
        TimeToLive = TimeSpan.FromMilliseconds(_random.Next(1, 200)),
        Tags = [TagOf(key)],
        Policy = s_policies[_random.Next(s_policies.Length)],
    };

    private async Task ReadAsync()
    {
        var key = _random.Next(source.Keys);
        var name = VersionedSource.NameOf(key);
        var options = OptionsOf(key);
        var floor = source.Floor(key);
        switch (_random.Next(10))
        {
            case 0:
                Check(floor, await cache.GetAsync<long>(name));
                break;
            case 1:
                if (cache.TryGet<long>(name, out var present))
                {
                    source.Check(floor, present);
                }

                break;
            case 2:
                await ReadManyAsync();
                break;
            case 3:
                source.Check(floor, await cache.RefreshAsync(name, _ => LoadAsync(key, null, mayFail: false), options));
                break;
            case 4:
                using (var patience = new CancellationTokenSource())
                {
                    var reader = cache.GetOrCreateAsync(name, _ => LoadAsync(key, null, mayFail: false), options, patience.Token);
                    await patience.CancelAsync();
                    source.Check(floor, await reader);
                }

                break;
            case 5 or 6:
                // The loader chooses the tag.
                source.Check(floor, await cache.GetOrCreateAsync(name, (this, key), static (call, context, _) => call.Item1.LoadAsync(call.key, context, mayFail: true), options with { Tags = null }));
                break;
            default:
                source.Check(floor, await cache.GetOrCreateAsync(name, _ => LoadAsync(key, null, mayFail: true), options));
                break;
        }
    }

    private async Task ReadManyAsync()
    {
        var keys = Enumerable.Range(0, source.Keys).Where(_ => _random.Next(2) == 0).ToArray();
        var floors = keys.ToDictionary(VersionedSource.NameOf, source.Floor);
        var options = OptionsOf(0) with { Tags = [.. keys.Select(TagOf)] };
        var values = await cache.GetOrCreateManyAsync<long>(
            keys.Select(VersionedSource.NameOf),
            async (names, _) =>
            {
                var loaded = names.ToDictionary(name => name, name => source.Read(VersionedSource.KeyOf(name)));
                await Task.Yield();
                return loaded;
            },
            options);
        foreach (var (name, value) in values)
        {
            source.Check(floors[name], value);
        }
    }

    private void Check(long floor, CacheResult<long> result)
    {
        if (result.HasValue)
        {
            source.Check(floor, result.Value);
        }
    }

    private async ValueTask<long> LoadAsync(int key, LoadContext? context, bool mayFail)
    {
        var version = source.Read(key);
        var pauses = version % 3;
        for (var i = 0; i < pauses; i++)
        {
            await Task.Yield();
        }

        context?.AddTags(TagOf(key));
        return mayFail && version % 11 == 0 ? throw new FormatException() : version;
    }

    private Task WriteAsync()
    {
        var key = _random.Next(source.Keys);
        var name = VersionedSource.NameOf(key);
        var options = OptionsOf(key);
        var kind = _random.Next(16);
        return source.WriteAsync(key, async version =>
        {
            switch (kind)
            {
                case 0:
                    await cache.SetAsync(name, version, options);
                    break;
                case 1:
                    await cache.ExchangeAsync(name, version, options);
                    break;
                case 2:
                    await cache.UpdateAsync<long>(name, _ => version, options);
                    break;
                case 3:
                    await cache.CreateTransaction().Set(name, version, options).CommitAsync();
                    break;
                case 4:
                    await cache.CreateTransaction().Remove(name).CommitAsync();
                    break;
                case 5:
                    await cache.RemoveManyAsync([name, "k:none"]);
                    break;
                case 6 or 7:
                    await cache.RemoveByTagAsync(TagOf(key));
                    break;
                case 8:
                    await cache.RemoveByPatternAsync(name);
                    break;
                case 9:
                    await cache.ClearAsync();
                    break;
                case 10:
                    await cache.InvalidateAsync(new InvalidationGroup().AddKeys(name).AddTags(TagOf(key)));
                    break;
                case 11:
                    await cache.InvalidateAsync(new InvalidationGroup().AddPatterns("k:*"));
                    break;
                case 12:
                    await cache.SetManyAsync([KeyValuePair.Create(name, version)], options);
                    break;
                default:
                    await cache.RemoveAsync(name);
                    break;
            }
        });
    }
}
