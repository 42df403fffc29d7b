using System.Threading.Channels;

namespace Larder;

/// <summary>The changes that one listener of a <see cref="ChangeFeed"/> gets. Ends when it is disposed, or with the cache.</summary>
public sealed class ChangeListener : IDisposable
{
    /// <summary>How many changes are kept for a listener.</summary>
    private const int MaxKept = 10_000;

    private readonly Channel<EntityChange> _line;
    private readonly ChangeFeed _feed;
    private readonly string? _store;

    internal ChangeListener(ChangeFeed feed, string? store)
    {
        (_feed, _store) = (feed, store);
        _line = Channel.CreateBounded<EntityChange>(
            new BoundedChannelOptions(MaxKept) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => feed.CountDropped());
    }

    /// <summary>Reads the changes as they come, by one reader at a time.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The changes, until listening has ended.</returns>
    public IAsyncEnumerable<EntityChange> ReadAllAsync(CancellationToken cancellationToken = default) => _line.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Stops listening. What was told before can still be read.</summary>
    public void Dispose()
    {
        _feed.Forget(this);
        _line.Writer.TryComplete();
    }

    internal void Tell(EntityChange change)
    {
        if (_store is null || string.Equals(_store, change.Store, StringComparison.Ordinal))
        {
            _line.Writer.TryWrite(change);
        }
    }
}
