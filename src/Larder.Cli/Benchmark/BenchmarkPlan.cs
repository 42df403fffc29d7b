namespace Larder.Cli.Benchmark;

/// <summary>What is measured.</summary>
/// <param name="Callers">How many ask at the same time.</param>
/// <param name="Keys">How many keys there are.</param>
/// <param name="Size">The size of a value, in bytes.</param>
/// <param name="Length">How long each operation is measured.</param>
internal sealed record BenchmarkPlan(int Callers, int Keys, int Size, TimeSpan Length);
