namespace Larder;

/// <summary>How an outbox works. Values are checked when it is made.</summary>
public sealed class OutboxOptions
{
    /// <summary>Gets or sets the name of its table, with a schema if it has one. Letters, digits, <c>_</c> and <c>.</c>; default <c>larder_outbox</c>.</summary>
    public string TableName { get; set; } = "larder_outbox";

    /// <summary>Gets or sets how often is looked for what writers left behind: how long, at most, a row stays stale whose writer died. 10 milliseconds to 1 hour; default 1 second.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how many transactions are taken at once. 1 to 10,000; default 100.</summary>
    public int BatchSize { get; set; } = 100;
}
