namespace Larder.Cli.Benchmark;

/// <summary>What one operation took.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="Count">How many there were.</param>
/// <param name="PerSecond">How many in a second.</param>
/// <param name="P50">The latency that half of them did not exceed, right to an eighth, as the others.</param>
/// <param name="P95">That of 95 %.</param>
/// <param name="P99">That of 99 %.</param>
/// <param name="Errors">How many failed; they are not among the others.</param>
internal sealed record BenchmarkResult(string Operation, long Count, double PerSecond, TimeSpan? P50, TimeSpan? P95, TimeSpan? P99, long Errors);
