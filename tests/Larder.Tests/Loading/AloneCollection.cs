namespace Larder.Tests.Loading;

/// <summary>For tests that change or watch what belongs to the whole process: they run by themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
