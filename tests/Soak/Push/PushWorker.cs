using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Push;

/// <summary>A process of the push run: it watches a key, or writes it.</summary>
internal sealed class PushWorker : IWorker
{
    /// <summary>The counter that tells which value the watcher holds.</summary>
    public const int HeldCounter = 0;

    private static readonly long Patience = Clock.Ticks(TimeSpan.FromSeconds(10));
    private readonly CacheUnderTest _cache;
    private readonly SourceOfRecord _source;

    private PushWorker(CacheUnderTest cache, SourceOfRecord source) => (_cache, _source) = (cache, source);

    public static async Task<PushWorker> CreateAsync(Arguments arguments) =>
        new(await CacheUnderTest.CreateAsync(CacheSettings.From(arguments)), SourceOfRecord.Open(arguments.Required("source"), keys: 1));

    public async Task<object?> AnswerAsync(string[] words) => words switch
    {
        ["watch", var key, var value] => await WatchAsync(key, long.Parse(value, CultureInfo.InvariantCulture)),
        ["set", var key, var value] => await SetAsync(key, long.Parse(value, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"'{words[0]}' is not a question.", nameof(words)),
    };

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _source.Dispose();
    }

    /// <summary>Reads a key until it has another value.</summary>
    /// <returns>When that was seen; 0 if it never was.</returns>
    private async Task<long> WatchAsync(string key, long old)
    {
        var begin = Clock.Now;
        while (Clock.Now - begin < Patience)
        {
            var found = await _cache.Cache.GetAsync<long>(key);
            if (found.HasValue && found.Value > old)
            {
                return Clock.Now;
            }

            if (found.HasValue && Volatile.Read(ref _source.Counter(HeldCounter)) < old)
            {
                // Read once more, so that the value is held by whatever holds values.
                await _cache.Cache.GetAsync<long>(key);
                Volatile.Write(ref _source.Counter(HeldCounter), old);
            }

            await Task.Yield();
        }

        return 0;
    }

    private async Task<long> SetAsync(string key, long value)
    {
        var begin = Clock.Now;
        await _cache.Cache.SetAsync(key, value);
        return begin;
    }
}
