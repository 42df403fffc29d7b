namespace Larder.Redis.Connections;

/// <summary>Somebody who listens to a channel, until it is disposed.</summary>
internal sealed class Subscription(Subscriptions owner, string channel, Action heard) : IDisposable
{
    private Task<bool>? _waitedFor;

    public string Channel => channel;

    /// <summary>Tells the listener that something was sent, or may have been while nothing could be heard.</summary>
    public void Hear() => heard();

    /// <summary>Tells whether what is sent from now on will be heard. Waits for the server to say so, once for each connection.</summary>
    public async ValueTask<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        var ready = owner.ReadyAsync(channel);
        if (ready == _waitedFor && !ready.IsCompleted)
        {
            return false;
        }

        _waitedFor = ready;
        try
        {
            return await ready.WaitAsync(owner.Patience, owner.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public void Dispose() => owner.Remove(this);
}
