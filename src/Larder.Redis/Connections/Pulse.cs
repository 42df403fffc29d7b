namespace Larder.Redis.Connections;

/// <summary>
/// One thread of the process that looks after all connections every few milliseconds: deadlines, heartbeats, replies that nobody fetches. It does not depend on
/// the thread pool, whose starvation is one of the things that it is there for. Without connections it rests.
/// </summary>
internal static class Pulse
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>A tick that comes so late says that the whole process stood still, and not the server.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(200);

    private static readonly Lock Gate = new();
    private static readonly ManualResetEvent HasWork = new(initialState: false);
    private static RedisConnection[] s_connections = [];
    private static Action[] s_ticks = [];
    private static Thread? s_thread;

    public static void Add(RedisConnection connection)
    {
        lock (Gate)
        {
            s_connections = [.. s_connections, connection];
            HasWork.Set();
            if (s_thread is null)
            {
                s_thread = new Thread(Run) { IsBackground = true, Name = "Larder Redis pulse" };
                s_thread.UnsafeStart();
            }
        }
    }

    public static void Remove(RedisConnection connection)
    {
        lock (Gate)
        {
            s_connections = [.. s_connections.Where(other => other != connection)];
        }
    }

    /// <summary>Has something done with each tick, as long as there are connections; it must not block.</summary>
    public static void Add(Action tick)
    {
        lock (Gate)
        {
            s_ticks = [.. s_ticks, tick];
        }
    }

    public static void Remove(Action tick)
    {
        lock (Gate)
        {
            s_ticks = [.. s_ticks.Where(other => other != tick)];
        }
    }

    private static void Run()
    {
        using var never = new ManualResetEvent(initialState: false);
        var expired = new List<Protocol.RedisCommand>();
        while (true)
        {
            HasWork.WaitOne();
            var before = TimeProvider.System.GetTimestamp();
            never.WaitOne(Tick);
            CompletionQueue.RescueIfStarved();
            foreach (var tick in Volatile.Read(ref s_ticks))
            {
                tick();
            }

            if (TimeProvider.System.GetElapsedTime(before) > Stall)
            {
                continue;
            }

            foreach (var connection in Volatile.Read(ref s_connections))
            {
                connection.LookAfter(expired);
            }

            RestIfIdle();
        }
    }

    /// <summary>The replies of the last connection may still wait for threads of the pool when it has ended.</summary>
    private static void RestIfIdle()
    {
        lock (Gate)
        {
            if (s_connections.Length == 0 && !CompletionQueue.IsBusy)
            {
                HasWork.Reset();
            }
        }
    }
}
