using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>Which servers there are, and which of them serves a key.</summary>
internal abstract class RedisTopology : IAsyncDisposable
{
    /// <summary>Gets what the servers are, for the log; without secrets.</summary>
    public abstract string Description { get; }

    /// <summary>Gets whether keys are spread over slots, so that commands with several keys need them in one.</summary>
    public virtual bool IsCluster => false;

    /// <summary>Gets the servers that take writes; together they hold all keys. May be empty before the first contact.</summary>
    public abstract ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken);

    /// <summary>Finds the server of a key.</summary>
    /// <param name="key">The key; empty for a command that any server may carry out.</param>
    /// <param name="kind">What is done with it.</param>
    public abstract RedisNode Find(ReadOnlySpan<byte> key, CommandKind kind);

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
}
