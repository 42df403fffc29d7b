using System.Runtime.CompilerServices;
using Larder.Redis.Connections;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;
using Larder.Redis.Topology;
using Polly;

namespace Larder.Redis.Commands;

/// <summary>Sends commands to the servers that they concern, and tries again where that is safe and makes sense.</summary>
internal sealed partial class RedisClient : IAsyncDisposable
{
    private readonly ResiliencePipeline<Reply> _retry;
    private readonly ResiliencePipeline<Reply> _retryUnsent;
    private readonly int _retryCount;
    private readonly TimeSpan _retryDelay;
    private readonly TimeProvider _time;
    private int _users = 1;

    /// <summary>Makes a client.</summary>
    /// <param name="topology">The servers; the client disposes them.</param>
    /// <param name="retryCount">How many times a command is sent again at most when its connection is lost: first at once, then with growing pauses.</param>
    /// <param name="retryDelay">The first pause.</param>
    /// <param name="time">The time of the pauses.</param>
    public RedisClient(RedisTopology topology, int retryCount, TimeSpan retryDelay, TimeProvider time)
    {
        Topology = topology;
        (_retryCount, _retryDelay, _time) = (retryCount, retryDelay, time);
        _retry = Retries(CommandKind.IdempotentWrite);
        _retryUnsent = Retries(CommandKind.Write);
    }

    public RedisTopology Topology { get; }

    /// <summary>Gets what the servers say of changes; <see langword="null"/> when they are not asked to.</summary>
    public Tracking.InvalidationFeed? Feed { get; init; }

    /// <summary>Gets what is called when the last user has disposed the client.</summary>
    public Action<RedisClient>? Ended { get; init; }

    /// <summary>Adds a user, who disposes the client like the others; the last one ends it.</summary>
    /// <returns>Whether that is possible; not when it has ended.</returns>
    public bool TryShare()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes the connections for reads and writes, and waits until they can be used.</summary>
    /// <exception cref="CacheConnectionException">A server could not be reached, or refused.</exception>
    public async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await PingAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (CacheTimeoutException)
            {
                // Connecting may take longer than commands do. An attempt ends by itself, and then this is another error.
            }
        }
    }

    /// <summary>Sends a command and waits for the reply; an error of the server is a reply too.</summary>
    /// <param name="command">The command; the caller still owns it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, to be disposed.</returns>
    public ValueTask<Reply> SendAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken) => RedisTelemetry.IsOn
        ? RedisTelemetry.SendAsync(this, Topology.Find(command.Key, kind), command, kind, cancellationToken)
        : SendUntracedAsync(command, kind, cancellationToken);

    /// <summary>Sends a command of which nobody is told; see <see cref="SendAsync"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async ValueTask<Reply> SendUntracedAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return await PrepareAndSendAsync(command, kind, cancellationToken).ConfigureAwait(false);
        }

        command.CancelBy(cancellationToken);
        var reply = await SendToAsync(node, command, kind).ConfigureAwait(false);
        return reply.IsError ? await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
    }

    /// <summary>Sends a command without a wait, where nothing speaks against it: for the commonest commands, which await its reply themselves.</summary>
    /// <param name="command">The command; the caller still owns it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where it went, for <see cref="RecoverAsync"/> if the reply is an error; <see langword="null"/> when it was not sent.</returns>
    public RedisNode? TrySend(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (Topology.Find(command.Key, kind) is not { Breaker.IsClosed: true } node)
        {
            return null;
        }

        command.CancelBy(cancellationToken);
        node.Send(command, kind);
        return node;
    }

    /// <summary>Sends a command and throws what goes wrong.</summary>
    /// <exception cref="CacheServerException">The server refused it.</exception>
    /// <exception cref="CacheConnectionException">The server could not be reached.</exception>
    /// <exception cref="CacheTimeoutException">The server did not answer.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply> ExecuteAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(command, kind, cancellationToken).ConfigureAwait(false);
        return Checked(reply);
    }

    /// <summary>Sends a command to one server, whatever keys it has.</summary>
    public async ValueTask<Reply> ExecuteOnAsync(RedisNode node, RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        command.CancelBy(cancellationToken);
        var reply = await SendToAsync(node, command, kind).ConfigureAwait(false);
        await ReportAsync(node, reply).ConfigureAwait(false);
        return Checked(reply);
    }

    /// <summary>Runs a script by its name, and sends its text to a server that has not seen it yet.</summary>
    /// <param name="command">The command, begun with <see cref="Script"/>.</param>
    /// <param name="script">The script.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, to be disposed.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply> ExecuteAsync(RedisCommand command, RedisScript script, CommandKind kind, CancellationToken cancellationToken)
    {
        var node = RedisTelemetry.IsOn ? null : TrySend(command, kind, cancellationToken);
        var reply = node is null ? await SendAsync(command, kind, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
        if (reply.IsError && node is not null)
        {
            reply = await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false);
        }

        if (reply.IsError && reply.Span.StartsWith("NOSCRIPT"u8))
        {
            reply.Dispose();
            using var whole = command.WithScriptText(script.Sha, script.Text);
            return await ExecuteAsync(whole, kind, cancellationToken).ConfigureAwait(false);
        }

        return Checked(reply);
    }

    /// <summary>Begins the command that runs a script.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">How many keys follow.</param>
    /// <param name="arguments">How many arguments follow the keys.</param>
    public static RedisCommand Script(RedisScript script, int keys, int arguments) =>
        RedisCommand.Rent("EVALSHA"u8, 2 + keys + arguments).Add(script.Sha).Add(keys);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Ended?.Invoke(this);
            await Topology.DisposeAsync().ConfigureAwait(false);
            Feed?.Dispose();
        }
    }

    private static Reply Checked(Reply reply)
    {
        if (reply.IsError)
        {
            using (reply)
            {
                reply.ThrowIfError();
            }
        }

        return reply;
    }

    private async ValueTask PingAsync(CancellationToken cancellationToken)
    {
        foreach (var node in await Topology.PrimariesAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var kind in new[] { CommandKind.Read, CommandKind.IdempotentWrite })
            {
                using var ping = RedisCommand.Rent("PING"u8, 0);
                using var _ = await ExecuteOnAsync(node, ping, kind, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
