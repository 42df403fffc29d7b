namespace Larder.Samples.DapperStore;

/// <summary>A row.</summary>
public sealed record Product(long Id, string Name, long Stock);
