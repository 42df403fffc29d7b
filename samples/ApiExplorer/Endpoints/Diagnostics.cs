namespace ApiExplorer.Endpoints;

/// <summary>Counters of the running application since its start.</summary>
internal sealed record Diagnostics
{
    public required long DatabaseQueries { get; init; }

    public required double ProcessorSeconds { get; init; }

    public required long Hits { get; init; }

    public required long Misses { get; init; }

    public required long Loads { get; init; }

    public required long LoadsAvoided { get; init; }

    public required long DiscardedLoads { get; init; }

    public required long Evictions { get; init; }

    public required long Entries { get; init; }
}
