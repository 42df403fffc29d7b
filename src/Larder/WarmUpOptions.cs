namespace Larder;

/// <summary>How a cache is warmed up. Values are checked when it begins.</summary>
public sealed class WarmUpOptions
{
    /// <summary>Gets or sets how many calls of the source run at the same time. 1 to 1,024; default 4.</summary>
    public int Parallelism { get; set; } = 4;

    /// <summary>Gets or sets how many keys one call of the source loads. 1 to 10,000; default 100.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>Gets or sets how often the log tells how far it is. Above zero. Default: 10 seconds.</summary>
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets whether the host starts only when the warm-up has ended. Default: <see langword="false"/>, it runs beside the start; see <see cref="CacheReadiness"/>.</summary>
    public bool BlocksStart { get; set; }
}
