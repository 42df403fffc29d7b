namespace Larder.Redis.Connections;

/// <summary>
/// How long a server has been refusing work that it will do later, such as while it loads its data. At first it pays to wait a little; who comes
/// later should not wait in vain.
/// </summary>
internal sealed class Hesitation(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _began;
    private long _last;
    private bool _hasBegun;

    /// <summary>Gets whether the server has refused work lately.</summary>
    public bool IsRecent => Volatile.Read(ref _hasBegun) && time.GetElapsedTime(Volatile.Read(ref _last)) < Calm;

    /// <summary>Takes note of a refusal.</summary>
    /// <returns>Whether it has begun only just now.</returns>
    public bool IsWorthWaiting()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _began = IsRecent ? _began : now;
            _last = now;
            _hasBegun = true;
            return time.GetElapsedTime(_began, now) < Patience;
        }
    }
}
