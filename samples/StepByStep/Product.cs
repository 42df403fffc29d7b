namespace Larder.Samples.StepByStep;

/// <summary>A row of the table of products.</summary>
public sealed record Product(int Id, string Name, int Price);
