namespace Larder.Cli.Replay;

/// <summary>What a cache of one size makes of a trace.</summary>
/// <param name="Capacity">The size, in entries or bytes.</param>
/// <param name="Share">The size as a share of all that the trace has.</param>
/// <param name="HitRatios">The share of accesses that were hits, by the name of the policy.</param>
internal sealed record CurvePoint(long Capacity, double Share, IReadOnlyDictionary<string, double> HitRatios);
