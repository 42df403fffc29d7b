using Microsoft.Extensions.Hosting;

namespace Larder.Hosting;

/// <summary>Has an outbox look while the host runs.</summary>
internal sealed class OutboxHost(StoreOutbox outbox) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        outbox.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => outbox.DisposeAsync().AsTask().WaitAsync(cancellationToken);
}
