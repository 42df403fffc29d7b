using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>What a process says of itself and of one of its caches, every few seconds, in the store of the cache.</summary>
public sealed record NodeReport
{
    /// <summary>Gets what the process is called: machine, process and a random part.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the name of the application.</summary>
    public required string Application { get; init; }

    /// <summary>Gets the environment, such as <c>Production</c>; empty when it is not known.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Gets the name of the machine.</summary>
    public required string Machine { get; init; }

    /// <summary>Gets the number of the process.</summary>
    public int ProcessId { get; init; }

    /// <summary>Gets the version of Larder.</summary>
    public required string Version { get; init; }

    /// <summary>Gets when the process began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets when it said this, by its own clock.</summary>
    public DateTimeOffset ReportedAt { get; init; }

    /// <summary>Gets by how much its clock is ahead of that of the store; <see langword="null"/> when that does not tell.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>Gets the memory of the process, in bytes.</summary>
    public long WorkingSet { get; init; }

    /// <summary>Gets the managed heap after the last collection, in bytes.</summary>
    public long ManagedHeap { get; init; }

    /// <summary>Gets how many processors it may use.</summary>
    public int Processors { get; init; }

    /// <summary>Gets the cache.</summary>
    public required string Cache { get; init; }

    /// <summary>Gets where its entries are.</summary>
    public required string Tier { get; init; }

    /// <summary>Gets how it is.</summary>
    public HealthStatus Status { get; init; }

    /// <summary>Gets what is wrong, in words; empty when nothing is.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Gets what the process has counted since it began.</summary>
    public required CacheStatisticsSnapshot Statistics { get; init; }

    /// <summary>Gets the locks that it holds.</summary>
    public IReadOnlyList<HeldLock> Locks { get; init; } = [];

    /// <summary>Gets its queues of writes that their sources do not have yet.</summary>
    public IReadOnlyList<WriteBehindReport> WriteBehind { get; init; } = [];
}
