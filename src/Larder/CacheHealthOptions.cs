namespace Larder;

/// <summary>When a cache counts as degraded. What is counted is counted over <see cref="Window"/>, not since the start.</summary>
public sealed record CacheHealthOptions
{
    /// <summary>Gets the span of time that is looked at. 1 second to 1 hour; default 5 minutes. A check that comes later than that after the one before looks at all that has been since.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the least share of reads that must be hits; <see langword="null"/> for any. Default: 70 %.</summary>
    public Ratio? MinHitRatio { get; init; } = new Ratio(0.7);

    /// <summary>Gets how many reads there must have been before their hits are judged. At least 1; default 1,000.</summary>
    public long MinReads { get; init; } = 1000;

    /// <summary>Gets how many failures of the store are no matter; <see langword="null"/> for any number. Zero or above; default 10.</summary>
    public long? MaxStoreErrors { get; init; } = 10;

    /// <summary>Gets the largest share of loads that may fail or take too long; <see langword="null"/> for any. Default: 10 %.</summary>
    public Ratio? MaxLoadFailureRatio { get; init; } = new Ratio(0.1);

    /// <summary>Gets how many loads there must have been before their failures are judged. At least 1; default 20.</summary>
    public long MinLoads { get; init; } = 20;

    /// <summary>Gets how long an accepted write may wait for its source; <see langword="null"/> for any time. Above zero; default 1 minute.</summary>
    public TimeSpan? MaxWriteBehindLag { get; init; } = TimeSpan.FromMinutes(1);

    internal void ThrowIfInvalid(string parameter)
    {
        Require(Window >= TimeSpan.FromSeconds(1) && Window <= TimeSpan.FromHours(1), $"Window is {Window}, and must be from 1 second to 1 hour.");
        Require(MinReads >= 1, $"MinReads is {MinReads}, and must be at least 1.");
        Require(MinLoads >= 1, $"MinLoads is {MinLoads}, and must be at least 1.");
        Require(MaxStoreErrors is not < 0, $"MaxStoreErrors is {MaxStoreErrors}, and must not be negative.");
        Require(MaxWriteBehindLag is null || MaxWriteBehindLag > TimeSpan.Zero, $"MaxWriteBehindLag is {MaxWriteBehindLag}, and must be above zero.");

        void Require(bool isValid, string message)
        {
            if (!isValid)
            {
                throw new ArgumentException(message, parameter);
            }
        }
    }
}
