using System.Collections.Concurrent;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>The readers of a process: each read is compared with what was acknowledged before it began.</summary>
internal sealed class Reader(Rows rows, SourceOfRecord source, int process, ConsistencyOptions options)
{
    private const int Kept = 2_000;
    private const int BatchSize = 20;
    private readonly ConcurrentQueue<Violation> _violations = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private long _reads;
    private long _violationCount;
    private long _errorCount;
    private long _wrongValues;

    public async Task RunAsync(int number, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var random = new Random(HashCode.Combine(options.Seed, process, number));
        var pace = new Pace((double)options.Reads / options.Processes / options.Readers);
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < BatchSize && !stop.IsCancellationRequested; i++)
            {
                // Half of the reads go where writers are: that is where a race can be lost.
                var key = random.Next(2) == 0 ? source.RecentlyWritten(random.Next(1 << 20)) : random.Next(options.Keys);
                await ReadAsync(key);
            }

            try
            {
                await pace.NextAsync(BatchSize, stop);
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }
    }

    /// <summary>Reads a key and judges what came.</summary>
    /// <returns>The violation, if it is one.</returns>
    public async ValueTask<Violation?> ReadAsync(int key)
    {
        var begin = Clock.Now;
        var (within, forAll) = source.Floor(key, process);
        SourceRow row;
        try
        {
            row = await rows.ReadAsync(key);
        }
        catch (Exception exception)
        {
            Interlocked.Increment(ref _errorCount);
            Note($"reading key {key}: {ErrorLine.Of(exception)}");
            return null;
        }

        if ((Interlocked.Increment(ref _reads) & 15) == 0)
        {
            Times.Add(Clock.Now - begin);
        }

        if (row.Key != key || row.Version > source.VersionOf(key) || !RowText.IsOf(row.Text, row.Version, options.ValueBytes))
        {
            Interlocked.Increment(ref _wrongValues);
            Note($"key {key} returned key {row.Key}, version {row.Version} and a text of {row.Text.Length} characters, while its version was {source.VersionOf(key)}");
            return null;
        }

        return row.Version < Math.Max(within, forAll) ? Judge(key, row.Version, begin, within, forAll) : null;
    }

    public LatencyHistogram Times { get; } = new();

    public ConsistencyFigures AddTo(ConsistencyFigures figures) => figures with
    {
        Reads = Volatile.Read(ref _reads),
        Loads = rows.Loads,
        ReadErrors = Volatile.Read(ref _errorCount),
        WrongValues = Volatile.Read(ref _wrongValues),
        ViolationCount = Volatile.Read(ref _violationCount),
        Violations = [.. _violations],
        Errors = [.. figures.Errors, .. _errors],
        ReadTimes = Times,
    };

    private Violation Judge(int key, long version, long begin, long within, long forAll)
    {
        var same = version < within;
        var floor = same ? within : forAll;
        var violation = new Violation(key, version, floor, begin, process, same, source.SupersededBy(key, version, floor, same ? process : null));
        if (Interlocked.Increment(ref _violationCount) <= Kept)
        {
            _violations.Enqueue(violation);
        }

        return violation;
    }

    private void Note(string error)
    {
        if (_errors.Count < 5)
        {
            _errors.Enqueue(error);
        }
    }
}
