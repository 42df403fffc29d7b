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

    /// <summary>How many times a thread of this queue finds nothing to do before it ends.</summary>
    private const int MaxIdleRounds = 500;

    /// <summary>
    /// How long a thread of this queue lets a command wait at least. What completes between a caller's look whether it has and his registration as the one who
    /// waits goes through the pool after all, in each method that awaits another: by then callers are past that.
    /// </summary>
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(1);

    private static readonly CompletionQueue Instance = new();

    private readonly ConcurrentQueue<RedisCommand> _commands = new();
    private readonly AutoResetEvent _never = new(initialState: false);
    private int _isScheduled;
    private int _executions;
    private int _rescuers;
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

        // Either this thread sees that nobody is on the way, or who was on the way sees the command.
        Interlocked.MemoryBarrier();
        Instance.Schedule();
    }

    /// <summary>Called every few milliseconds: starts a thread of its own when the pool has taken nothing since the last call.</summary>
    public static void RescueIfStarved() => Instance.Rescue();

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _isScheduled, 0);
        Interlocked.Increment(ref _executions);
        Drain(int.MaxValue);
    }

    private void Schedule()
    {
        if (Volatile.Read(ref _isScheduled) == 0 && Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Drain(int most)
    {
        for (; most > 0 && _commands.TryDequeue(out var command); most--)
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
        for (var idleRounds = 0; executions == Volatile.Read(ref _executions) && idleRounds < MaxIdleRounds; idleRounds++)
        {
            var waiting = _commands.Count;
            _never.WaitOne(Round);
            if (waiting > 0)
            {
                idleRounds = 0;
                Drain(waiting);
            }
        }
    }
}
