using System.Globalization;

namespace Larder.Writing;

/// <summary>Checks settings; each message names the setting, its value, and what to do.</summary>
internal static class SourceCacheOptionsValidator
{
    public static void ThrowIfInvalid(SourceCacheOptions options)
    {
        Limits.RequirePositive(options.SaveTimeout, nameof(options.SaveTimeout), nameof(options));
        if (options.WriteBehind is not { } behind)
        {
            return;
        }

        ArgumentNullException.ThrowIfNull(behind.Journal, nameof(options));
        Limits.RequirePositive(behind.FullTimeout, nameof(behind.FullTimeout), nameof(options));
        Limits.RequirePositive(behind.RetryDelay, nameof(behind.RetryDelay), nameof(options));
        Range(behind.BatchSize, 1, 10_000, nameof(behind.BatchSize));
        Range(behind.MaxQueued, 1, 10_000_000, nameof(behind.MaxQueued));
        Range(behind.MaxAttempts, 1, int.MaxValue, nameof(behind.MaxAttempts));
        Range(behind.FlushInterval, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(behind.FlushInterval));
        Range(behind.DrainTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(behind.DrainTimeout));
        Range(behind.MaxRetryDelay, behind.RetryDelay, TimeSpan.FromDays(1), nameof(behind.MaxRetryDelay));
        if (!Enum.IsDefined(behind.WhenFull))
        {
            throw new ArgumentOutOfRangeException(nameof(options), behind.WhenFull, $"WhenFull is {behind.WhenFull}, which is no {nameof(QueueFullMode)}.");
        }

        if (!behind.Delivers && !behind.Journal.IsShared)
        {
            throw new ArgumentException("Delivers is false, but the journal is the memory of this process, from which nobody else can deliver. Use a shared journal, or leave Delivers true.", nameof(options));
        }
    }

    public static void ThrowIfInvalid(WarmUpOptions options)
    {
        Range(options.Parallelism, 1, 1024, nameof(options.Parallelism));
        Range(options.BatchSize, 1, 10_000, nameof(options.BatchSize));
        Limits.RequirePositive(options.ProgressInterval, nameof(options.ProgressInterval), nameof(options));
    }

    private static void Range<T>(T value, T low, T high, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(low) < 0 || value.CompareTo(high) > 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, and must be from {low} to {high}."));
        }
    }
}
