using Larder.Redis.Commands;
using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>Which servers there are, and which of them serves a key.</summary>
internal abstract class RedisTopology : IAsyncDisposable
{
    /// <summary>Gets what the servers are, for the log; without secrets.</summary>
    public abstract string Description { get; }

    /// <summary>Gets whether keys are spread over slots, so that commands with several keys need them in one.</summary>
    public virtual bool IsCluster => false;

    /// <summary>Gets the servers that take writes; together they hold all keys.</summary>
    /// <exception cref="CacheException">They are not known.</exception>
    public abstract ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken);

    /// <summary>Gets the servers that hold all keys, and which each of them holds at this moment: asked anew.</summary>
    /// <exception cref="CacheException">They are not known, or keys are without a server.</exception>
    public virtual async ValueTask<IReadOnlyList<KeyHolder>> HoldersAsync(CancellationToken cancellationToken) =>
        [.. (await PrimariesAsync(cancellationToken).ConfigureAwait(false)).Select(node => new KeyHolder(node))];

    /// <summary>Finds the server of a key, without waiting.</summary>
    /// <param name="key">The key; empty for a command that any server may carry out.</param>
    /// <param name="kind">What is done with it.</param>
    /// <returns>The server; <see langword="null"/> when it is not known, and <see cref="PrepareAsync"/> may find out.</returns>
    public abstract RedisNode? Find(ReadOnlySpan<byte> key, CommandKind kind);

    /// <summary>Finds out what the servers are. Asked often, it answers what it found out last.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why it could not; <see langword="null"/> when it could.</returns>
    public virtual ValueTask<CacheException?> PrepareAsync(CancellationToken cancellationToken) => default;

    /// <summary>Tells what to do after an error that says that the servers are not as they were thought to be.</summary>
    /// <param name="node">Who sent it.</param>
    /// <param name="error">The error.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whom to ask next.</returns>
    public virtual ValueTask<Redirection> RedirectAsync(RedisNode node, string error, CancellationToken cancellationToken) => default;

    /// <summary>Takes note that a server could not be reached.</summary>
    public virtual void Suspect(RedisNode node)
    {
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>For <see cref="RedisNode.ConnectionChanged"/>: suspects a server whose connection has ended.</summary>
    protected void SuspectIfLost(RedisNode node, RedisConnection connection)
    {
        if (connection.IsClosed)
        {
            Suspect(node);
        }
    }
}
