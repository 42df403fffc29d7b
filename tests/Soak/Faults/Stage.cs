using Larder.Soak.Processes;

namespace Larder.Soak.Faults;

/// <summary>What a fault can reach.</summary>
/// <param name="Site">The servers and proxies.</param>
/// <param name="Workers">The processes.</param>
/// <param name="Length">How long the fault has.</param>
internal sealed record Stage(Site Site, IReadOnlyList<WorkerProcess> Workers, TimeSpan Length)
{
    /// <summary>Waits for a part of the length.</summary>
    public Task WaitAsync(double part = 1) => Clock.DelayAsync(Length * part);
}
