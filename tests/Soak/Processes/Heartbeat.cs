using System.Collections.Concurrent;

namespace Larder.Soak.Processes;

/// <summary>Notices when the machine lets this process wait: a thread beats each few milliseconds, and a work item of the thread pool with it.</summary>
internal sealed class Heartbeat : IDisposable
{
    private const int IntervalMilliseconds = 5;
    private readonly ConcurrentQueue<Stall> _stalls = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly long _limit;
    private long _poolAsked;

    public Heartbeat()
        : this(TimeSpan.FromMilliseconds(40))
    {
    }

    /// <param name="limit">From which length on a wait is noted.</param>
    public Heartbeat(TimeSpan limit)
    {
        _limit = Clock.Ticks(limit);
        _thread = new Thread(Beat) { IsBackground = true, Name = "Heartbeat" };
        _thread.Start();
    }

    /// <summary>Takes the stalls so far.</summary>
    public Stall[] Take()
    {
        var taken = new List<Stall>();
        while (_stalls.TryDequeue(out var stall))
        {
            taken.Add(stall);
        }

        return [.. taken];
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Beat()
    {
        for (var last = Clock.Now; !_stop.Wait(IntervalMilliseconds); last = Clock.Now)
        {
            Note(last, Clock.Now);
            if (Interlocked.CompareExchange(ref _poolAsked, Clock.Now, 0) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static self => self.PoolRan(), this, preferLocal: false);
            }
        }
    }

    private void PoolRan() => Note(Interlocked.Exchange(ref _poolAsked, 0), Clock.Now);

    private void Note(long from, long to)
    {
        if (to - from > _limit)
        {
            _stalls.Enqueue(new Stall(from, to));
        }
    }
}
