namespace Larder;

/// <summary>Times to live that need no thought.</summary>
public static class CacheTtl
{
    /// <summary>No expiry: the entry stays until it is removed or evicted. Equal to <see cref="TimeSpan.MaxValue"/>. In memory, more than 69 years are that too.</summary>
    public static TimeSpan Never => TimeSpan.MaxValue;

    /// <summary>5 minutes, also the default of a cache.</summary>
    public static TimeSpan Short { get; } = TimeSpan.FromMinutes(5);

    /// <summary>1 hour.</summary>
    public static TimeSpan Medium { get; } = TimeSpan.FromHours(1);

    /// <summary>24 hours.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromHours(24);
}
