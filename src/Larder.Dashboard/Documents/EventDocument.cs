namespace Larder.Dashboard.Documents;

/// <summary>Something that happened.</summary>
internal sealed record EventDocument(
    long Id,
    DateTimeOffset At,
    string Cache,
    string Kind,
    string What,
    string Detail,
    string? TraceId);
