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

    /// <summary>How long a command waits in all for servers that are changing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly ResiliencePipeline<Reply> _retryLost;
    private readonly ResiliencePipeline<Reply> _retryUnsent;
    private readonly TimeProvider _time;

    public RedisClient(RedisTopology topology, int retryCount, TimeSpan retryDelay, TimeProvider time)
    {
        Topology = topology;
        _time = time;
        _retryLost = RetryOf(CommandKind.Read);
        _retryUnsent = RetryOf(CommandKind.Write);

        ResiliencePipeline<Reply> RetryOf(CommandKind kind) => retryCount == 0
            ? ResiliencePipeline<Reply>.Empty
            : new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
                .AddRetry(new RetryStrategyOptions<Reply>
                {
                    MaxRetryAttempts = retryCount,
                    Delay = retryDelay,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = outcome => new ValueTask<bool>(MayRetry(outcome.Outcome.Result, kind)),
                })
                .Build();
    }

    public RedisTopology Topology { get; }

    /// <summary>Sends a command and waits for the reply; an error of the server is a reply too.</summary>
    /// <param name="command">The command; the caller still owns it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reply, to be disposed.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reply> SendAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return await PrepareAndSendAsync(command, kind, cancellationToken).ConfigureAwait(false);
        }

        command.CancelBy(cancellationToken);
        var reply = await SendToAsync(node, command, kind).ConfigureAwait(false);
        if (reply.IsError)
        {
            return await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false);
        }

        if (kind == CommandKind.Read)
        {
            node.Note(command, reply.Span.Length);
        }

        return reply;
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

    public ValueTask DisposeAsync() => Topology.DisposeAsync();

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

    private static bool MayRetry(Reply reply, CommandKind kind) =>
        reply.Failure is CacheConnectionException { IsRefusal: false } lost && (kind != CommandKind.Write || !lost.MayHaveHappened);

    private static ValueTask<Reply> SendToAsync(RedisNode node, RedisCommand command, CommandKind kind)
    {
        if (!node.Breaker.IsClosed)
        {
            return node.Breaker.TryAsync(node, command, kind);
        }

        node.Send(command, kind);
        return command.Reply;
    }

    private static async ValueTask<Reply> ResendAsync(RedisCommand command, RedisNode node, CommandKind kind, bool isAsking, CancellationToken cancellationToken)
    {
        using var again = command.Clone(isAsking);
        again.CancelBy(cancellationToken);
        return await SendToAsync(node, again, kind).ConfigureAwait(false);
    }

    private async ValueTask<Reply> PrepareAndSendAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (await Topology.PrepareAsync(cancellationToken).ConfigureAwait(false) is { } failure)
        {
            return Reply.OfFailure(failure);
        }

        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return Reply.OfFailure(new CacheConnectionException($"{Topology.Description}: no server serves the key at the moment.") { IsRefusal = true });
        }

        var reply = await ResendAsync(command, node, kind, isAsking: false, cancellationToken).ConfigureAwait(false);
        return reply.IsError ? await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
    }

    private async ValueTask<Reply> RecoverAsync(RedisCommand command, RedisNode node, Reply problem, CommandKind kind, CancellationToken cancellationToken)
    {
        var reply = await FollowAsync(command, node, problem, kind, cancellationToken).ConfigureAwait(false);
        return !MayRetry(reply, kind) ? reply : await (kind == CommandKind.Write ? _retryUnsent : _retryLost).ExecuteAsync(
            static (call, token) => call.Client.TryAgainAsync(call.Command, call.Kind, token),
            (Client: this, Command: command, Kind: kind),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Reply> TryAgainAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return Reply.OfFailure(new CacheConnectionException($"{Topology.Description}: no server serves the key at the moment."));
        }

        var reply = await ResendAsync(command, node, kind, isAsking: false, cancellationToken).ConfigureAwait(false);
        return reply.IsError ? await FollowAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
    }

    /// <summary>Goes where the servers point to, and waits a little while they change. A command that was not sent at all may go to whoever has come in the place of its server.</summary>
    private async ValueTask<Reply> FollowAsync(RedisCommand command, RedisNode node, Reply problem, CommandKind kind, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var wait = FirstWait;
        for (var redirections = 0; problem.IsError;)
        {
            await ReportAsync(node, problem).ConfigureAwait(false);
            var next = await NextAsync(command, node, problem, kind, cancellationToken).ConfigureAwait(false);
            if (next.Node is null || (next.Waits && _time.GetElapsedTime(began) > Patience))
            {
                return problem;
            }

            if (next.Waits)
            {
                problem.Dispose();
                await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                next = new Redirection(Topology.Find(command.Key, kind) ?? node);
            }
            else if (++redirections > MaxRedirections)
            {
                using (problem)
                {
                    return Reply.OfFailure(new CacheConnectionException($"{problem} (after {MaxRedirections} redirections: the servers do not agree who serves the key)") { IsRefusal = true });
                }
            }
            else
            {
                problem.Dispose();
            }

            node = next.Node!;
            problem = await ResendAsync(command, node, kind, next.IsAsking, cancellationToken).ConfigureAwait(false);
        }

        return problem;
    }

    private ValueTask<Redirection> NextAsync(RedisCommand command, RedisNode node, Reply problem, CommandKind kind, CancellationToken cancellationToken)
    {
        if (problem.Failure is null)
        {
            return Topology.RedirectAsync(node, problem.ToString(), cancellationToken);
        }

        var other = problem.Failure is CacheConnectionException { IsRefusal: true } ? Topology.Find(command.Key, kind) : null;
        return new(other == node ? default : new Redirection(other));
    }

    private async ValueTask ReportAsync(RedisNode node, Reply reply)
    {
        if (reply.Failure is CacheConnectionException or CacheTimeoutException { IsSilence: true })
        {
            await node.Breaker.ReportAsync(reply).ConfigureAwait(false);
            Topology.Suspect(node);
        }
    }
}
