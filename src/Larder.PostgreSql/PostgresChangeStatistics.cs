namespace Larder.PostgreSql;

/// <summary>What a <see cref="PostgresChanges"/> has heard and done.</summary>
public sealed record PostgresChangeStatistics
{
    /// <summary>Gets how often it has connected.</summary>
    public long Connections { get; init; }

    /// <summary>Gets of how many changes of rows it has heard.</summary>
    public long Rows { get; init; }

    /// <summary>Gets of how many changes of whole tables it has heard.</summary>
    public long Tables { get; init; }

    /// <summary>Gets how often it has dropped all rows and queries because something may have been missed.</summary>
    public long Flushes { get; init; }

    /// <summary>Gets how often a connection was lost or not made, or the cache could not be told.</summary>
    public long Failures { get; init; }
}
