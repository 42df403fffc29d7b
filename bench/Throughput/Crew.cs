using System.Diagnostics;

namespace Larder.Throughput;

/// <summary>Threads that begin together and are waited for together.</summary>
internal sealed class Crew : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Thread[] _threads;
    private Action<int>? _work;
    private Exception? _failure;

    public Crew(int threads)
    {
        _barrier = new Barrier(threads + 1);
        _threads = [.. Enumerable.Range(0, threads).Select(number => new Thread(() => Follow(number)) { IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Has each thread do the work, which is given the thread's number.</summary>
    /// <returns>How long it took until the last had done.</returns>
    public TimeSpan Run(Action<int> work)
    {
        _work = work;
        var start = Stopwatch.GetTimestamp();
        _barrier.SignalAndWait();
        _barrier.SignalAndWait();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return _failure is null ? elapsed : throw new InvalidOperationException("A burst failed.", _failure);
    }

    public void Dispose()
    {
        _work = null;
        _barrier.SignalAndWait();
        Array.ForEach(_threads, thread => thread.Join());
        _barrier.Dispose();
    }

    private void Follow(int number)
    {
        while (true)
        {
            _barrier.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            try
            {
                work(number);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }

            _barrier.SignalAndWait();
        }
    }
}
