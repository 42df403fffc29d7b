namespace Larder.Soak.Faults;

/// <summary>Something that goes wrong in the middle of a cell.</summary>
/// <param name="Name">The name by which it is asked for.</param>
/// <param name="Length">How long it lasts; a short cell makes it shorter.</param>
/// <param name="RunAsync">Does it and undoes it; what is undone must be whole again when it ends.</param>
internal sealed record FaultPlan(string Name, TimeSpan Length, Func<Stage, Task> RunAsync)
{
    /// <summary>Whether anything goes wrong at all.</summary>
    public bool IsFault { get; init; } = true;

    /// <summary>Whether each process reaches the server through a proxy of its own.</summary>
    public bool NeedsProxies { get; init; }

    /// <summary>For which servers it is.</summary>
    public IReadOnlyList<Topology> Topologies { get; init; } = [Topology.Standalone];
}
