namespace Larder.Tiers;

/// <summary>Until when copies in memory may be believed: as long as it is proven that what changes elsewhere would have been heard of.</summary>
internal sealed class TrustGate
{
    private long _untilMs;

    /// <summary>Gets whether the copies may be believed now. Asked before the copy is read, with a clock that runs while the process stands still.</summary>
    public bool IsOpen => CoarseTime.ExactMs < Volatile.Read(ref _untilMs);

    /// <summary>Sets until when they may be believed, in milliseconds of <see cref="CoarseTime.ExactMs"/>; zero for no longer.</summary>
    public void Set(long untilMs) => Volatile.Write(ref _untilMs, untilMs);
}
