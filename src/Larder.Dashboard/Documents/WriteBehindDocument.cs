namespace Larder.Dashboard.Documents;

/// <summary>A queue of writes.</summary>
internal sealed record WriteBehindDocument(
    string Node,
    string Cache,
    string Source,
    long Queued,
    double Lag,
    long Delivered,
    long Failures,
    long DeadLettered);
