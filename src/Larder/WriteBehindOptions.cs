namespace Larder;

/// <summary>How writes are queued and delivered to the source later.</summary>
public sealed class WriteBehindOptions
{
    /// <summary>Gets or sets where accepted writes are until the source has them. Default: <see cref="WriteJournal.Memory"/>, which a crash of the process loses.</summary>
    public WriteJournal Journal { get; set; } = WriteJournal.Memory;

    /// <summary>Gets or sets how many writes go to the source together. 1 to 10,000; default 100.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>Gets or sets how long a write waits for others to go with it. Zero to 1 hour; default 500 milliseconds.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets how many writes may wait; several of one key count once in memory, each in Redis. 1 to 10,000,000; default 10,000.</summary>
    public int MaxQueued { get; set; } = 10_000;

    /// <summary>Gets or sets what becomes of a write when the queue is full. Default: <see cref="QueueFullMode.Wait"/>.</summary>
    public QueueFullMode WhenFull { get; set; }

    /// <summary>Gets or sets how long a write waits for room; then it is refused. Above zero. Default: 5 seconds.</summary>
    public TimeSpan FullTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets how often the source is asked to take one write; what it refuses each time becomes a dead letter. 1 or above; default 20, with the default pauses
    /// about six minutes. Failures of a batch, and those by which the source seems to be away altogether, do not count.
    /// </summary>
    public int MaxAttempts { get; set; } = 20;

    /// <summary>Gets or sets the pause after the first failure; it doubles with each one, and varies by a quarter. Above zero. Default: 200 milliseconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets or sets the longest pause between two attempts. At least <see cref="RetryDelay"/>. Default: 30 seconds.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets what tells that an error is one of the write and not of the source, such as a violated constraint: the write becomes a dead letter at once. Default: none, every error is tried again.</summary>
    public Func<Exception, bool>? IsPoison { get; set; }

    /// <summary>Gets or sets whether this process delivers; where others do, <see langword="false"/>. Only with a journal that processes share. Default: <see langword="true"/>.</summary>
    public bool Delivers { get; set; } = true;

    /// <summary>Gets or sets how long disposing waits for the queue to be delivered. Zero or above. Default: 30 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
