namespace Larder.Benchmarks.Ratios;

/// <summary>One row of the table: bursts of one operation.</summary>
internal abstract class Candidate(string name)
{
    private readonly List<double> _nanoseconds = [];
    private long _bytes;
    private long _operations;

    public string Name => name;

    public virtual double Nanoseconds => _nanoseconds.Order().ElementAt(_nanoseconds.Count / 4);

    public virtual double BytesPerOperation => (double)_bytes / _operations;

    /// <summary>Runs a burst that is measured.</summary>
    public virtual void Measure(int operations, bool processTime)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = processTime ? CpuClock.ProcessNanoseconds : CpuClock.ThreadNanoseconds;
        Burst(operations);
        _nanoseconds.Add(((processTime ? CpuClock.ProcessNanoseconds : CpuClock.ThreadNanoseconds) - start) / operations);
        _bytes += GC.GetAllocatedBytesForCurrentThread() - bytes;
        _operations += operations;
    }

    public abstract void Burst(int operations);
}
