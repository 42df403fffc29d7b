namespace Larder.Tests.Allocation;

/// <summary>Runs when nothing else does: listeners of other tests would have operations timed, which allocates.</summary>
[Trait("Category", "Alone")]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AllocationCollection
{
    public const string Name = "allocation";
}
