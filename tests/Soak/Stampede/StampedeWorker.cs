using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Stampede;

/// <summary>A process of the stampede run: many callers of one key, at the same moment as those of the other processes.</summary>
internal sealed class StampedeWorker : IWorker
{
    /// <summary>The counter of the loader's calls.</summary>
    public const int CallsCounter = 0;

    /// <summary>The counter that tells which process loads, plus one.</summary>
    public const int LoaderCounter = 1;

    private static readonly CachePolicy Short = new() { LoadTimeout = TimeSpan.FromSeconds(1) };
    private readonly CacheUnderTest _cache;
    private readonly SourceOfRecord _source;
    private readonly int _process;
    private readonly TimeSpan _load;

    private StampedeWorker(CacheUnderTest cache, SourceOfRecord source, int process, TimeSpan load) =>
        (_cache, _source, _process, _load) = (cache, source, process, load);

    public static async Task<StampedeWorker> CreateAsync(Arguments arguments) => new(
        await CacheUnderTest.CreateAsync(CacheSettings.From(arguments)),
        SourceOfRecord.Open(arguments.Required("source"), keys: 1),
        arguments.Number("process", 0),
        arguments.Seconds("load", 0.2));

    public async Task<object?> AnswerAsync(string[] words) => words switch
    {
        ["set", var key, var milliseconds] => await SetAsync(key, int.Parse(milliseconds, CultureInfo.InvariantCulture)),
        ["get", var key] => (await _cache.Cache.GetAsync<SourceRow>(key)).HasValue,
        ["remove", var key] => await _cache.Cache.RemoveAsync(key),
        ["round", var key, var variant, var callers, var moment] => await RunAsync(
            key, Enum.Parse<StampedeVariant>(variant), int.Parse(callers, CultureInfo.InvariantCulture), long.Parse(moment, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"'{words[0]}' is not a question.", nameof(words)),
    };

    public async ValueTask DisposeAsync()
    {
        await _cache.DisposeAsync();
        _source.Dispose();
    }

    private async Task<object?> SetAsync(string key, int milliseconds)
    {
        await _cache.Cache.SetAsync(key, new SourceRow(0, -1, "before"), TimeSpan.FromMilliseconds(milliseconds));
        return null;
    }

    private async Task<StampedeFigures> RunAsync(string key, StampedeVariant variant, int callers, long moment)
    {
        var calls = new Call[callers];
        await Clock.UntilAsync(moment);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => CallAsync(key, variant, calls, caller)));
        return Figures(calls, variant);
    }

    /// <summary>Only notes what happens: counting it here would make those wait that are called next.</summary>
    private async Task CallAsync(string key, StampedeVariant variant, Call[] calls, int caller)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var begin = Clock.Now;
        try
        {
            var row = await _cache.Cache.GetOrCreateAsync(
                key, (Worker: this, Variant: variant), static (state, _, ct) => state.Worker.LoadAsync(state.Variant, ct), variant == StampedeVariant.Hanging ? Short : default(CacheEntryOptions));
            calls[caller] = new Call(begin, Clock.Now, row, null);
        }
        catch (Exception exception)
        {
            calls[caller] = new Call(begin, Clock.Now, null, exception);
        }
    }

    private static StampedeFigures Figures(Call[] calls, StampedeVariant variant)
    {
        var (times, wakeUps) = (new LatencyHistogram(), new LatencyHistogram());
        foreach (var (begin, end, row, _) in calls)
        {
            times.Add(end - begin);
            if (row is not null)
            {
                wakeUps.Add(Math.Max(0, end - Math.Max(row.Version, begin)));
            }
        }

        var values = calls.Count(call => call.Row is not null);
        var expected = calls.Count(call => call.Error is { } error && IsExpected(variant, error));
        var others = calls.Where(call => call.Row is null && !(call.Error is { } error && IsExpected(variant, error))).ToArray();
        return new StampedeFigures
        {
            Values = values,
            ExpectedErrors = expected,
            OtherErrors = others.Length,
            DistinctValues = [.. calls.Select(call => call.Row).OfType<SourceRow>().Select(row => row.Version).Distinct()],
            Errors = [.. others.Take(3).Select(call => call.Error is null ? "nothing was returned" : ErrorLine.Of(call.Error))],
            Times = times,
            WakeUps = wakeUps,
        };
    }

    /// <summary>In the process of the loader its own exception comes; in others one that tells of it.</summary>
    private static bool IsExpected(StampedeVariant variant, Exception exception) => variant switch
    {
        StampedeVariant.Throwing => exception is InvalidDataException or CacheLoadException,
        StampedeVariant.Hanging => exception is LoadTimeoutException or CacheLoadException,
        _ => false,
    };

    private async ValueTask<SourceRow> LoadAsync(StampedeVariant variant, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref _source.Counter(CallsCounter));
        Interlocked.CompareExchange(ref _source.Counter(LoaderCounter), _process + 1, 0);
        await Clock.DelayAsync(variant == StampedeVariant.Hanging ? Timeout.InfiniteTimeSpan : _load, cancellationToken);
        return variant == StampedeVariant.Throwing
            ? throw new InvalidDataException("The loader throws, as it was asked to.")
            : new SourceRow((int)call, Clock.Now, "loaded");
    }

    /// <summary>What one caller got, and when.</summary>
    private readonly record struct Call(long Begin, long End, SourceRow? Row, Exception? Error);
}
