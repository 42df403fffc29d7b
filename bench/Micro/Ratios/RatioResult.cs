namespace Larder.Benchmarks.Ratios;

/// <summary>A row of the table.</summary>
/// <param name="Title">The case.</param>
/// <param name="Candidate">What was measured.</param>
/// <param name="Ratio">How long it took beside the first row of the case.</param>
/// <param name="Bytes">What it allocates for one operation.</param>
internal sealed record RatioResult(string Title, string Candidate, double Ratio, double Bytes);
