using Microsoft.Extensions.Hosting;

namespace Larder.PostgreSql;

/// <summary>Listens while the host runs.</summary>
internal sealed class PostgresChangesHost(PostgresChanges changes) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        changes.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => changes.DisposeAsync().AsTask().WaitAsync(cancellationToken);
}
