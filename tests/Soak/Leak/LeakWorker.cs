using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Leak;

/// <summary>A process of the leak run: every key, tag and lock is used once.</summary>
internal sealed class LeakWorker : IWorker
{
    private const int Loops = 16;
    private readonly CacheUnderTest _cache;
    private long _next;

    private LeakWorker(CacheUnderTest cache) => _cache = cache;

    public static async Task<LeakWorker> CreateAsync(Arguments arguments) => new(await CacheUnderTest.CreateAsync(CacheSettings.From(arguments)));

    public async Task<object?> AnswerAsync(string[] words) => words switch
    {
        ["use", var seconds] => await UseAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture))),
        ["memory"] => Memory(),
        _ => throw new ArgumentException($"'{words[0]}' is not a question.", nameof(words)),
    };

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    /// <returns>How many keys have been used.</returns>
    private async Task<long> UseAsync(TimeSpan length)
    {
        var first = _next;
        var end = Clock.Now + Clock.Ticks(length);
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(async _ =>
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            while (Clock.Now < end)
            {
                await UseAsync(Interlocked.Increment(ref _next));
            }
        }));
        return _next - first;
    }

    private async Task UseAsync(long number)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"once:{number}");
        var options = new CacheEntryOptions { TimeToLive = TimeSpan.FromSeconds(5), Tags = [string.Create(CultureInfo.InvariantCulture, $"tag:{number}")] };
        await _cache.Cache.GetOrCreateAsync(key, number, static (number, _, _) => new ValueTask<SourceRow>(new SourceRow(0, number, "once")), options);
        switch (number % 10)
        {
            case 0:
                await using (await _cache.Cache.TryAcquireLockAsync(key, TimeSpan.FromSeconds(5)))
                {
                    // Only that it comes and goes.
                }

                break;
            case 1:
                await _cache.Cache.RemoveByTagAsync(options.Tags[0]);
                break;
            case 2:
                await _cache.Cache.RemoveAsync(key);
                break;
        }
    }

    private static long Memory()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        var info = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return info.HeapSizeBytes - info.FragmentedBytes;
    }
}
