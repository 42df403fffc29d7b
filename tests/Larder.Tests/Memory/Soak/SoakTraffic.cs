namespace Larder.Tests.Memory.Soak;

/// <summary>
/// The random operations of one thread. Each value tells the key that it belongs to: a key's number decides whether strings of many lengths,
/// wide structs or counters are stored under it.
/// </summary>
internal sealed class SoakTraffic(ICache cache, int keys, int seed)
{
    private const int Kinds = 3;
    private const int LongestText = 40_000;
    private const int Tags = 20;

    private static readonly string s_padding = new('.', LongestText);

    private static readonly CachePolicy[] s_policies =
    [
        new() { SlidingExpiration = TimeSpan.FromMilliseconds(50), TimeToLive = TimeSpan.FromSeconds(1) },
        new() { TimeToLive = TimeSpan.FromMilliseconds(50), MaxStale = TimeSpan.FromSeconds(1), StaleWhileRevalidate = true },
        new() { TimeToLive = TimeSpan.FromMilliseconds(200), EarlyRefresh = EarlyRefresh.AfterFraction(0.5) },
        new() { TimeToLive = CacheTtl.Never },
    ];

    private readonly Random _random = new(seed);

    /// <summary>Gets how many operations were done.</summary>
    public long Operations { get; private set; }

    /// <summary>Gets how many keys were read in a way that counts.</summary>
    public long Reads { get; private set; }

    /// <summary>Runs on a thread of its own: more threads than processors are interrupted everywhere, and not only between operations.</summary>
    public Task RunAsync(Func<bool> isOver) => Task.Factory.StartNew(
        () =>
        {
            while (!isOver())
            {
                for (var i = 0; i < 64; i++)
                {
                    StepAsync().AsTask().GetAwaiter().GetResult();
                    Operations++;
                }
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async ValueTask StepAsync()
    {
        // Half of the traffic goes to a tenth of the keys.
        var number = _random.Next(2) == 0 ? _random.Next(keys) : _random.Next(Math.Max(Kinds, keys / 10));
        var key = KeyOf(number);
        if (_random.Next(100) < 3)
        {
            await ChangeManyAsync(number);
            return;
        }

        switch (number % Kinds)
        {
            case 0:
                var text = $"{key}|{s_padding.AsSpan(0, _random.Next(50) == 0 ? _random.Next(LongestText) : _random.Next(200))}";
                await OneAsync(key, text, static (key, value) => value.StartsWith(key, StringComparison.Ordinal) && value[key.Length] == '|');
                break;
            case 1:
                await OneAsync(key, Wide.Of(number, _random.Next()), static (key, value) => value.IsWholeOf(NumberOf(key)));
                break;
            default:
                await CountAsync(key);
                break;
        }
    }

    private async ValueTask OneAsync<T>(string key, T value, Func<string, T, bool> fits)
    {
        switch (_random.Next(22))
        {
            case < 4:
                Reads++;
                Check(key, await cache.GetAsync<T>(key), fits);
                break;
            case < 6:
                Reads++;
                Check(key, !cache.TryGet<T>(key, out var found) || fits(key, found));
                break;
            case < 9:
                Reads++;
                Check(key, fits(key, await cache.GetOrCreateAsync(key, (value, IsSlow: _random.Next(8) == 0), LoadAsync, Options())));
                break;
            case 9:
                Reads++;
                Check(key, (await cache.GetManyAsync<T>([key]))[0], fits);
                break;
            case < 13:
                await cache.SetAsync(key, value, Options());
                break;
            case 13:
                await cache.AddAsync(key, value, Options());
                break;
            case 14:
                await cache.ReplaceAsync(key, value, Options());
                break;
            case 15:
                Check(key, await cache.ExchangeAsync(key, value, Options()), fits);
                break;
            case 16:
                var present = await cache.PeekAsync<T>(key);
                Check(key, present, fits);
                await cache.CompareAndSetAsync(key, value, present.Version, Options());
                break;
            case 17:
                await cache.UpdateAsync<T>(
                    key,
                    before =>
                    {
                        Check(key, before, fits);
                        return value;
                    },
                    Options());
                break;
            case 18:
                await cache.CreateTransaction().Set(key, value, Options()).Remove(KeyOf((NumberOf(key) + 1) % keys)).CommitAsync();
                break;
            case 19:
                await LiveOnAsync(key);
                break;
            case 20:
                await cache.CompareAndRemoveAsync(key, (await cache.PeekAsync<T>(key)).Version);
                break;
            default:
                await cache.RemoveAsync(key);
                break;
        }
    }

    private async ValueTask LiveOnAsync(string key)
    {
        switch (_random.Next(4))
        {
            case 0:
                await cache.PersistAsync(key);
                break;
            case 1:
                await cache.ExistsAsync(key);
                break;
            case 2:
                var left = await cache.GetTimeToLiveAsync(key);
                Check(key, left.Exists || left == EntryTimeToLive.Absent);
                break;
            default:
                await cache.ExpireAsync(key, TimeSpan.FromMilliseconds(_random.Next(1, 500)));
                break;
        }
    }

    private async ValueTask CountAsync(string key)
    {
        if (_random.Next(3) == 0)
        {
            Reads++;
            Check(key, await cache.GetAsync<long>(key), static (_, value) => value > 0);
        }
        else
        {
            Check(key, await cache.IncrementAsync(key, _random.Next(1, 5), Options()) > 0);
        }
    }

    private async ValueTask ChangeManyAsync(int number)
    {
        switch (_random.Next(60))
        {
            case 0:
                await cache.ClearAsync();
                break;
            case < 4:
                await cache.RemoveByPatternAsync($"{KeyOf(number)}*");
                break;
            case < 8:
                await cache.InvalidateAsync(new InvalidationGroup().AddPatterns($"{KeyOf(number)}*").AddKeys(KeyOf(number)), InvalidationMode.Lazy);
                break;
            case < 20:
                await cache.InvalidateAsync(new InvalidationGroup().AddTags(TagOf(_random.Next(Tags))), InvalidationMode.Lazy);
                break;
            case < 40:
                await cache.RemoveByTagAsync(TagOf(_random.Next(Tags)));
                break;
            case < 44:
                await foreach (var key in cache.KeysAsync($"{KeyOf(number)}*"))
                {
                    Check(key, key.StartsWith(KeyOf(number), StringComparison.Ordinal));
                }

                break;
            default:
                var texts = Enumerable.Range(number, 5).Select(next => KeyOf(next * Kinds % keys / Kinds * Kinds)).ToArray();
                await cache.SetManyAsync(texts.Select(key => KeyValuePair.Create(key, $"{key}|")), Options());
                await cache.RemoveManyAsync(texts.Take(2));
                break;
        }
    }

    private CacheEntryOptions Options() => _random.Next(10) switch
    {
        0 => new CacheEntryOptions { Tags = [TagOf(_random.Next(Tags))] },
        1 => new CacheEntryOptions { Tags = [TagOf(_random.Next(Tags)), TagOf(_random.Next(Tags))], TimeToLive = TimeSpan.FromMilliseconds(_random.Next(1, 1_000)) },
        2 => new CacheEntryOptions { Policy = s_policies[_random.Next(s_policies.Length)] },
        3 => new CacheEntryOptions { Policy = s_policies[_random.Next(s_policies.Length)], Tags = [TagOf(_random.Next(Tags))] },
        4 => TimeSpan.FromMilliseconds(_random.Next(1, 100)),
        _ => default,
    };

    private static async ValueTask<T> LoadAsync<T>((T Value, bool IsSlow) load, LoadContext context, CancellationToken cancellationToken)
    {
        if (load.IsSlow)
        {
            await Task.Yield();
        }

        return load.Value;
    }

    private static string KeyOf(int number) => $"key:{number}";

    private static int NumberOf(string key) => int.Parse(key.AsSpan("key:".Length), System.Globalization.CultureInfo.InvariantCulture);

    private static string TagOf(int number) => $"tag:{number}";

    private static void Check<T>(string key, CacheResult<T> found, Func<string, T, bool> fits) => Check(key, !found.HasValue || fits(key, found.Value));

    private static void Check(string key, bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The value of {key} is not one that was stored there.");
        }
    }
}
