namespace Larder.Dashboard.Documents;

/// <summary>The parts of the reads of the last minute.</summary>
internal sealed record ReadShares(double Fresh, double Stale, double Miss);
