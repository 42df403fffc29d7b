using System.Collections.Concurrent;
using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>
/// Commands whose replies have come, on their way to those who wait. What waits runs on the thread pool, never on the thread that reads. Where all
/// threads of the pool are blocked, a thread of this queue does it after a few milliseconds: a cache must not stand still with its callers.
/// </summary>
internal sealed class CompletionQueue : IThreadPoolWorkItem
{
    private const int MaxRescuers = 8;

    /// <summary>How long a thread of this queue waits for more to do while the pool does not move.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private static readonly CompletionQueue Instance = new();

    private readonly ConcurrentQueue<RedisCommand> _commands = new();
    private readonly AutoResetEvent _hasMore = new(initialState: false);
    private int _isScheduled;
    private int _executions;
    private int _rescuers;
    private int _idleRescuers;
    private long _taken;
    private long _takenBefore;

    private CompletionQueue()
    {
    }

    /// <summary>Gets whether commands wait that more will be sent for as soon as they go on: then it pays to let writes gather.</summary>
    public static bool IsBusy => !Instance._commands.IsEmpty;

    public static void Add(RedisCommand command)
    {
        Instance._commands.Enqueue(command);
        Instance.Schedule();
    }

    /// <summary>Called every few milliseconds: starts a thread of its own when the pool has taken nothing since the last call.</summary>
    public static void RescueIfStarved() => Instance.Rescue();

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isScheduled, 0);
        Interlocked.Increment(ref _executions);
        Drain();
    }

    private void Schedule()
    {
        if (Volatile.Read(ref _isScheduled) == 0 && Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        if (Volatile.Read(ref _idleRescuers) > 0)
        {
            _hasMore.Set();
        }
    }

    private void Drain()
    {
        while (_commands.TryDequeue(out var command))
        {
            Interlocked.Increment(ref _taken);
            if (!_commands.IsEmpty)
            {
                // What runs now may block; somebody else must be on the way to the rest.
                Schedule();
            }

            command.Continue();
        }
    }

    private void Rescue()
    {
        var taken = Volatile.Read(ref _taken);
        if (taken != _takenBefore || _commands.IsEmpty)
        {
            _takenBefore = taken;
            return;
        }

        if (Interlocked.Increment(ref _rescuers) > MaxRescuers)
        {
            Interlocked.Decrement(ref _rescuers);
            return;
        }

        var rescuer = new Thread(static state =>
        {
            var queue = (CompletionQueue)state!;
            queue.StandIn();
            Interlocked.Decrement(ref queue._rescuers);
        })
        {
            IsBackground = true,
            Name = "Larder Redis replies",
        };
        rescuer.UnsafeStart(this);
    }

    /// <summary>Does what the pool should, until that moves again or nothing comes.</summary>
    private void StandIn()
    {
        var executions = Volatile.Read(ref _executions);
        do
        {
            Drain();
        }
        while (executions == Volatile.Read(ref _executions) && WaitForMore());
    }

    private bool WaitForMore()
    {
        Interlocked.Increment(ref _idleRescuers);
        var hasMore = !_commands.IsEmpty || _hasMore.WaitOne(Linger);
        Interlocked.Decrement(ref _idleRescuers);
        return hasMore;
    }
}
