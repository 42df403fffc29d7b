namespace Larder.Tests.Serialization;

/// <summary>A value that is serialized. Its name is in golden files: do not rename it.</summary>
public sealed record Product(int Id, string Name);
