using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>A process of the consistency run: readers and writers over a cache of its own.</summary>
internal sealed class ConsistencyWorker : IWorker
{
    private readonly Heartbeat _heartbeat = new();
    private readonly CancellationTokenSource _stopLoad = new();
    private readonly CancellationTokenSource _stopDeliveries = new();
    private readonly CacheUnderTest _cache;
    private readonly SourceOfRecord _source;
    private readonly ConsistencyOptions _options;
    private readonly Deliveries _deliveries;
    private readonly Reader _reader;
    private readonly Writer _writer;
    private Task _load = Task.CompletedTask;
    private Task _delivering = Task.CompletedTask;

    private ConsistencyWorker(CacheUnderTest cache, SourceOfRecord source, int process, ConsistencyOptions options)
    {
        (_cache, _source, _options) = (cache, source, options);
        var keys = new KeySpace(options.Keys);
        _deliveries = new Deliveries(cache, source);
        _reader = new Reader(new Rows(cache, source, keys, options), source, process, options);
        _writer = new Writer(cache, source, keys, _deliveries, process, options);
    }

    public static async Task<ConsistencyWorker> CreateAsync(Arguments arguments)
    {
        var options = ConsistencyOptions.From(arguments);
        var cache = await CacheUnderTest.CreateAsync(CacheSettings.From(arguments));
        var source = SourceOfRecord.Open(arguments.Required("source"), options.Keys);
        return new ConsistencyWorker(cache, source, arguments.Number("process", 0), options);
    }

    public async Task<object?> AnswerAsync(string[] words) => words[0] switch
    {
        "warm" => await ReadAllAsync(),
        "start" => Start(),
        "stop" => await StopAsync(),
        "rest" => await ReadAllAsync(),
        "figures" => await FiguresAsync(),
        _ => throw new ArgumentException($"'{words[0]}' is not a question.", nameof(words)),
    };

    public async ValueTask DisposeAsync()
    {
        await _stopLoad.CancelAsync();
        await _stopDeliveries.CancelAsync();
        await _cache.DisposeAsync();
        _source.Dispose();
        _heartbeat.Dispose();
    }

    private object? Start()
    {
        _heartbeat.Take();
        _load = Task.WhenAll([
            .. Enumerable.Range(0, _options.Readers).Select(number => _reader.RunAsync(number, _stopLoad.Token)),
            .. Enumerable.Range(0, _options.Writers).Select(number => _writer.RunAsync(number, _stopLoad.Token)),
        ]);
        _delivering = _deliveries.RunAsync(_stopDeliveries.Token);
        return null;
    }

    /// <summary>Ends reads and writes; an invalidation that is refused at the moment still has its time.</summary>
    private async Task<object?> StopAsync()
    {
        await _stopLoad.CancelAsync();
        await _load;
        return null;
    }

    /// <summary>Reads all keys.</summary>
    /// <returns>What is stale.</returns>
    private async Task<Violation[]> ReadAllAsync()
    {
        var stale = new List<Violation>();
        foreach (var batch in Enumerable.Range(0, _options.Keys).Chunk(50))
        {
            var read = await Task.WhenAll(batch.Select(key => _reader.ReadAsync(key).AsTask()));
            stale.AddRange(read.OfType<Violation>());
        }

        return [.. stale];
    }

    private async Task<ConsistencyFigures> FiguresAsync()
    {
        await _stopDeliveries.CancelAsync();
        await _delivering;
        var figures = _writer.AddTo(_reader.AddTo(new ConsistencyFigures()));
        return figures with { Undelivered = _deliveries.Count, Stalls = _heartbeat.Take() };
    }
}
