using System.Collections.Concurrent;
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
        var calls = new Calls();
        await Clock.UntilAsync(moment);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await CallAsync(key, variant, calls);
        }));
        return calls.Figures();
    }

    private async Task CallAsync(string key, StampedeVariant variant, Calls calls)
    {
        var begin = Clock.Now;
        try
        {
            var row = await _cache.Cache.GetOrCreateAsync(
                key, (Worker: this, Variant: variant), static (state, _, ct) => state.Worker.LoadAsync(state.Variant, ct), variant == StampedeVariant.Hanging ? Short : default(CacheEntryOptions));
            calls.Returned(row, begin);
        }
        catch (Exception exception)
        {
            calls.Threw(exception, begin, IsExpected(variant, exception));
        }
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

    /// <summary>What the callers got, as it comes in.</summary>
    private sealed class Calls
    {
        private readonly ConcurrentDictionary<long, bool> _values = new();
        private readonly ConcurrentQueue<string> _errors = new();
        private readonly LatencyHistogram _times = new();
        private readonly LatencyHistogram _wakeUps = new();
        private long _returned;
        private long _expected;
        private long _others;

        public void Returned(SourceRow row, long begin)
        {
            var now = Clock.Now;
            _times.Add(now - begin);
            _wakeUps.Add(Math.Max(0, now - Math.Max(row.Version, begin)));
            if (!_values.ContainsKey(row.Version))
            {
                _values[row.Version] = true;
            }

            Interlocked.Increment(ref _returned);
        }

        public void Threw(Exception exception, long begin, bool isExpected)
        {
            _times.Add(Clock.Now - begin);
            Interlocked.Increment(ref isExpected ? ref _expected : ref _others);
            if (!isExpected && _errors.Count < 3)
            {
                _errors.Enqueue(ErrorLine.Of(exception));
            }
        }

        public StampedeFigures Figures() => new()
        {
            Values = _returned,
            ExpectedErrors = _expected,
            OtherErrors = _others,
            DistinctValues = [.. _values.Keys],
            Errors = [.. _errors],
            Times = _times,
            WakeUps = _wakeUps,
        };
    }
}
