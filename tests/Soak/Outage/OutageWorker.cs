using System.Collections.Concurrent;
using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Consistency;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Outage;

/// <summary>A process of the outage run: it reads a hot set, whatever happens to Redis. Its loader takes no time, so that all time is the cache's.</summary>
internal sealed class OutageWorker : IWorker
{
    private const int SlowMilliseconds = 100;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(20);
    private static readonly long Noticeable = Clock.Ticks(TimeSpan.FromMilliseconds(0.5));
    private readonly Heartbeat _heartbeat = new(TimeSpan.FromMilliseconds(8));
    private readonly ConcurrentQueue<(OutagePhase Phase, long Begin, long End)> _noticeable = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly LatencyHistogram[] _reads = [.. Enum.GetValues<OutagePhase>().Select(_ => new LatencyHistogram())];
    private readonly long[] _loads = new long[Enum.GetValues<OutagePhase>().Length];
    private readonly CacheUnderTest _cache;
    private readonly OutageOptions _options;
    private readonly string[] _keys;
    private volatile OutagePhase _phase;
    private Task _running = Task.CompletedTask;
    private long _errors;
    private long _lastFailure;
    private long _firstAnswer;

    private OutageWorker(CacheUnderTest cache, OutageOptions options)
    {
        (_cache, _options) = (cache, options);
        _keys = [.. Enumerable.Range(0, options.Keys).Select(key => FormattableString.Invariant($"hot:{key}"))];
    }

    public static async Task<OutageWorker> CreateAsync(Arguments arguments) =>
        new(await CacheUnderTest.CreateAsync(CacheSettings.From(arguments)), OutageOptions.From(arguments));

    public async Task<object?> AnswerAsync(string[] words)
    {
        switch (words)
        {
            case ["start"]:
                _running = Task.WhenAll([.. Enumerable.Range(0, _options.Readers).Select(_ => ReadAsync()), WatchAsync()]);
                return null;
            case ["phase", var phase]:
                _phase = Enum.Parse<OutagePhase>(phase);
                return null;
            case ["figures"]:
                await _stop.CancelAsync();
                await _running;
                return Figures();
            default:
                throw new ArgumentException($"'{words[0]}' is not a question.", nameof(words));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _cache.DisposeAsync();
        _heartbeat.Dispose();
    }

    private async Task ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var pace = new Pace((double)_options.Reads / _options.Processes / _options.Readers);
        while (!_stop.IsCancellationRequested)
        {
            await ReadOneAsync(_keys[Random.Shared.Next(_keys.Length)]);
            await pace.NextAsync(1, CancellationToken.None);
        }
    }

    private async Task ReadOneAsync(string key)
    {
        var begin = Clock.Now;
        var phase = _phase;
        try
        {
            await _cache.Cache.GetOrCreateAsync(
                key,
                this,
                static (worker, _, _) =>
                {
                    Interlocked.Increment(ref worker._loads[(int)worker._phase]);
                    return new ValueTask<SourceRow>(new SourceRow(0, 0, "hot"));
                },
                Lifetime);
        }
        catch (Exception exception)
        {
            Interlocked.Increment(ref _errors);
            if (_messages.Count < 3)
            {
                _messages.Enqueue(ErrorLine.Of(exception));
            }
        }

        var end = Clock.Now;
        if (end - begin > Noticeable)
        {
            _noticeable.Enqueue((phase, begin, end));
        }
        else
        {
            _reads[(int)phase].Add(end - begin);
        }
    }

    /// <summary>Asks for keys that only Redis can know of, and notes when that last failed.</summary>
    private async Task WatchAsync()
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var failures = _cache.Cache.Statistics.Snapshot().TierErrors;
            await _cache.Cache.GetAsync<SourceRow>(string.Create(CultureInfo.InvariantCulture, $"absent:{i}"));
            if (_cache.Cache.Statistics.Snapshot().TierErrors != failures)
            {
                _lastFailure = Clock.Now;
            }
            else if (_phase >= OutagePhase.Return && _firstAnswer == 0)
            {
                _firstAnswer = Clock.Now;
            }

            await Clock.DelayAsync(TimeSpan.FromMilliseconds(5));
        }
    }

    /// <summary>A read that took long is the cache's fault only as far as the process ran meanwhile.</summary>
    private OutageFigures Figures()
    {
        var stalls = _heartbeat.Take();
        var excused = 0L;
        var slow = 0L;
        foreach (var (phase, begin, end) in _noticeable)
        {
            var stalled = Stall.Cover(stalls, begin, end);
            var took = end - begin - stalled;
            excused += stalled > 0 ? 1 : 0;
            _reads[(int)phase].Add(took);
            slow += phase is OutagePhase.FirstSecond or OutagePhase.During && Clock.Milliseconds(took) > SlowMilliseconds ? 1 : 0;
        }

        return FiguresWith(stalls, excused, slow);
    }

    private OutageFigures FiguresWith(Stall[] stalls, long excused, long slow) => new()
    {
        Reads = _reads,
        InStalls = excused,
        Loads = _loads,
        Errors = _errors,
        SlowReads = slow,
        LastFailure = _lastFailure,
        FirstAnswer = _firstAnswer,
        Messages = [.. _messages],
        Stalls = stalls,
    };
}
