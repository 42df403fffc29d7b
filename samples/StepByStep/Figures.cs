namespace Larder.Samples.StepByStep;

/// <summary>What an afternoon came to.</summary>
/// <param name="Pages">How many pages were asked for.</param>
/// <param name="Queries">How many queries the database answered.</param>
/// <param name="Old">How many pages showed a price that was no longer true.</param>
/// <param name="Failed">How many pages could not be shown.</param>
/// <param name="AskedRedis">Which part of those who came later Redis was asked for.</param>
internal sealed record Figures(long Pages, long Queries, long Old, long Failed, double AskedRedis);
