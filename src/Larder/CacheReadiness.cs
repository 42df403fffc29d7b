using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>
/// Tells whether the warm-ups of an application have ended, for a readiness probe: <c>services.AddHealthChecks().AddCheck&lt;CacheReadiness&gt;("cache")</c>. A warm-up that
/// failed has ended too: its values are loaded when they are asked for.
/// </summary>
public sealed class CacheReadiness : IHealthCheck
{
    private readonly Lock _lock = new();
    private readonly List<Task> _warmUps = [];

    /// <summary>Gets whether all warm-ups have ended; also before the host has begun any, if there are none.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock)
            {
                return _warmUps.TrueForAll(warmUp => warmUp.IsCompleted);
            }
        }
    }

    /// <summary>Waits until all warm-ups have ended.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The completion.</returns>
    public async Task WhenReadyAsync(CancellationToken cancellationToken = default)
    {
        Task[] warmUps;
        lock (_lock)
        {
            warmUps = [.. _warmUps];
        }

        foreach (var warmUp in warmUps)
        {
            await warmUp.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells the health: healthy when all warm-ups have ended, otherwise the failure status of the registration.</summary>
    /// <param name="context">The registration.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The health.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Task.FromResult(IsReady ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, "The cache is being warmed up."));
    }

    /// <summary>Adds a warm-up that will end, however it ends.</summary>
    internal void Add(Task warmUp)
    {
        lock (_lock)
        {
            _warmUps.Add(warmUp);
        }
    }
}
