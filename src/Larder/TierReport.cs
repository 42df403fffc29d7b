using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>How one of the places is where a cache keeps entries.</summary>
public sealed record TierReport
{
    /// <summary>Gets the name: <c>memory</c>, or the address of a server.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what it is, as in the log.</summary>
    public required string Description { get; init; }

    /// <summary>Gets how it is.</summary>
    public HealthStatus Status { get; init; } = HealthStatus.Healthy;

    /// <summary>Gets why, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets its figures and states, by name, such as <c>entries</c>, <c>circuit breaker</c> or <c>round trip</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Figures { get; init; } = [];
}
