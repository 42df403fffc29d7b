using System.Runtime.CompilerServices;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Topology;
using Polly;
using Polly.Retry;

namespace Larder.Redis;

/// <summary>Sends commands to the servers that they concern, and tries again where that is safe and makes sense.</summary>
internal sealed class RedisClient : IAsyncDisposable
{
    private const int MaxRedirections = 5;

    private readonly ResiliencePipeline<Reply> _retry;
    private int _users = 1;

    public RedisClient(RedisTopology topology, int retryCount, TimeSpan retryDelay, TimeProvider time)
    {
        Topology = topology;
        var builder = new ResiliencePipelineBuilder<Reply> { TimeProvider = time };
        if (retryCount > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<Reply>
            {
                MaxRetryAttempts = retryCount,
                Delay = retryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static outcome => new ValueTask<bool>(outcome.Outcome.Result is { Failure: CacheConnectionException { IsRefusal: false } }),
            });
        }

        _retry = builder.Build();
    }

    public RedisTopology Topology { get; }

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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply> SendAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        command.CancelBy(cancellationToken);
        var node = Topology.Find(command.Key, kind);
        Reply reply;
        if (node.Breaker.IsClosed)
        {
            node.Send(command, kind);
            reply = await command.Reply.ConfigureAwait(false);
        }
        else
        {
            reply = await node.Breaker.TryAsync(node, command, kind).ConfigureAwait(false);
        }

        return reply.IsError ? await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
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
        node.Send(command, kind);
        return Checked(await command.Reply.ConfigureAwait(false));
    }

    /// <summary>Runs a script by its name, and sends its text to a server that has not seen it yet.</summary>
    /// <param name="command">The command, begun with <see cref="Script"/>.</param>
    /// <param name="script">The script.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, to be disposed.</returns>
    public async ValueTask<Reply> ExecuteAsync(RedisCommand command, RedisScript script, CommandKind kind, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(command, kind, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<Reply> RecoverAsync(RedisCommand command, RedisNode node, Reply problem, CommandKind kind, CancellationToken cancellationToken)
    {
        if (problem.Failure is { } failure)
        {
            await node.Breaker.ReportAsync(problem).ConfigureAwait(false);
            Topology.Suspect(node);
            return failure is CacheConnectionException { IsRefusal: false } lost && (kind != CommandKind.Write || !lost.MayHaveHappened)
                ? await RetryAsync(command, kind, cancellationToken).ConfigureAwait(false)
                : problem;
        }

        for (var i = 0; i < MaxRedirections && problem.IsError && problem.Failure is null; i++)
        {
            var next = await Topology.RedirectAsync(node, problem.ToString(), cancellationToken).ConfigureAwait(false);
            if (next.Node is null)
            {
                break;
            }

            problem.Dispose();
            node = next.Node;
            problem = await ResendAsync(command, node, kind, next.IsAsking, cancellationToken).ConfigureAwait(false);
        }

        return problem;
    }

    private ValueTask<Reply> RetryAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken) => _retry.ExecuteAsync(
        static (call, token) => ResendAsync(call.Command, call.Client.Topology.Find(call.Command.Key, call.Kind), call.Kind, isAsking: false, token),
        (Client: this, Command: command, Kind: kind),
        cancellationToken);

    private static async ValueTask<Reply> ResendAsync(RedisCommand command, RedisNode node, CommandKind kind, bool isAsking, CancellationToken cancellationToken)
    {
        using var again = command.Clone();
        again.CancelBy(cancellationToken);
        node.Send(again, kind);
        return await again.Reply.ConfigureAwait(false);
    }
}
