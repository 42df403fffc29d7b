namespace Larder.Redis.Locking;

/// <summary>What locks in Redis need to know.</summary>
internal sealed record LockSettings
{
    /// <summary>How many replicas must know of a lock before it is held; zero for none.</summary>
    public int Replicas { get; init; }

    /// <summary>How long they are waited for.</summary>
    public TimeSpan ReplicaTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What tells the scripts the time in milliseconds, for tests whose clock stands still; <see langword="null"/> for the server's clock.</summary>
    public Func<long>? NowMs { get; init; }
}
