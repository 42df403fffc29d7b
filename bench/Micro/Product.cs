namespace Larder.Benchmarks;

/// <summary>A value as applications have them.</summary>
public sealed record Product(int Id, string Name);
