namespace Larder.Dashboard.Documents;

/// <summary>A lock.</summary>
internal sealed record LockDocument(string Node, string Cache, string Name, long FencingToken, double TimeToLive);
