namespace Larder.Diagnostics;

/// <summary>How long the operations of a cache take, of those that are looked at; see <see cref="OperationSampling"/>.</summary>
internal sealed class Latencies
{
    /// <summary>Gets those of reads: <c>get</c> and <c>get_or_create</c>.</summary>
    public LatencyHistogram Reads { get; } = new();

    /// <summary>Gets those of changes: <c>set</c> and <c>remove</c>.</summary>
    public LatencyHistogram Writes { get; } = new();

    /// <summary>Gets those of loaders, all of them.</summary>
    public LatencyHistogram Loads { get; } = new();

    public void Record(string operation, TimeSpan elapsed) => (operation is "get" or "get_or_create" ? Reads : Writes).Record(elapsed);
}
