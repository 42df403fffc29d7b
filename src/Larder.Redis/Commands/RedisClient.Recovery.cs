using System.Runtime.CompilerServices;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Topology;
using Polly;
using Polly.Retry;

namespace Larder.Redis.Commands;

/// <summary>What is done about errors: commands go elsewhere, or again, where that is safe.</summary>
internal sealed partial class RedisClient
{
    private const int MaxRedirections = 5;

    /// <summary>How long a command waits in all for servers that are changing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    /// <summary>Does what can be done about an error: sends the command again, or elsewhere, where that is safe.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async ValueTask<Reply> RecoverAsync(RedisCommand command, RedisNode node, Reply problem, CommandKind kind, CancellationToken cancellationToken)
    {
        problem = await FollowAsync(command, node, problem, kind, cancellationToken).ConfigureAwait(false);
        if (_retryCount > 0 && MayRepeat(problem, kind))
        {
            problem = await (kind is CommandKind.Write or CommandKind.LoadWrite ? _retryUnsent : _retry).ExecuteAsync(
                static (call, token) => call.Client.TryAgainAsync(call.Command, call.Kind, token),
                (Client: this, Command: command, Kind: kind),
                cancellationToken).ConfigureAwait(false);
        }

        // That the last attempt was not sent says nothing of those before.
        return problem.Failure is CacheConnectionException { MayHaveHappened: false } last && command.WasSent
            ? Reply.OfFailure(new CacheConnectionException(last.Message, last) { MayHaveHappened = true, IsRefusal = last.IsRefusal })
            : problem;
    }

    /// <summary>Tells whether a command was lost so that it can be sent again: what must not happen twice only if it was never sent.</summary>
    private static bool MayRepeat(Reply problem, CommandKind kind) =>
        problem.Failure is CacheConnectionException { IsRefusal: false } lost && (kind is CommandKind.Read or CommandKind.IdempotentWrite || !lost.MayHaveHappened);

    private ResiliencePipeline<Reply> Retries(CommandKind kind)
    {
        // The first time it is sent again is not one of the pipeline's.
        if (_retryCount <= 1)
        {
            return ResiliencePipeline<Reply>.Empty;
        }

        return new ResiliencePipelineBuilder<Reply> { TimeProvider = _time }
            .AddRetry(new RetryStrategyOptions<Reply>
            {
                MaxRetryAttempts = _retryCount - 1,
                Delay = _retryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = outcome => new ValueTask<bool>(outcome.Outcome is { Result: var reply } && MayRepeat(reply, kind)),
            })
            .Build();
    }

    private static ValueTask<Reply> SendToAsync(RedisNode node, RedisCommand command, CommandKind kind)
    {
        if (!node.Breaker.IsClosed)
        {
            return node.Breaker.TryAsync(node, command, kind);
        }

        node.Send(command, kind);
        return command.Reply;
    }

    private static async ValueTask<Reply> ResendAsync(
        RedisCommand command, RedisNode node, CommandKind kind, bool isAsking, CancellationToken cancellationToken, long deadline = long.MaxValue)
    {
        using var again = command.Clone(isAsking);
        again.Deadline = deadline;
        again.CancelBy(cancellationToken);
        var reply = await SendToAsync(node, again, kind).ConfigureAwait(false);
        command.WasSent |= again.WasSent;
        return reply;
    }

    private async ValueTask<Reply> PrepareAndSendAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (await Topology.PrepareAsync(cancellationToken).ConfigureAwait(false) is { } failure)
        {
            return Reply.OfFailure(failure);
        }

        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return Reply.OfFailure(Unserved());
        }

        var reply = await ResendAsync(command, node, kind, isAsking: false, cancellationToken).ConfigureAwait(false);
        return reply.IsError ? await RecoverAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
    }

    private async ValueTask<Reply> TryAgainAsync(RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        if (Topology.Find(command.Key, kind) is not { } node)
        {
            return Reply.OfFailure(Unserved());
        }

        // What is lost with its connection is sent again at once, in the time that is left: nobody waits longer than for a command. After pauses the time may be over, and begins anew.
        var deadline = command.Deadline > _time.GetTimestamp() ? command.Deadline : long.MaxValue;
        var reply = await ResendAsync(command, node, kind, isAsking: false, cancellationToken, deadline).ConfigureAwait(false);
        return reply.IsError ? await FollowAsync(command, node, reply, kind, cancellationToken).ConfigureAwait(false) : reply;
    }

    private CacheConnectionException Unserved() => new($"{Topology.Description}: no server serves the key at the moment.") { IsRefusal = true };

    /// <summary>Goes where the servers point to, and waits a little while they change. What was not sent at all may go to whoever has come in the place of its server.</summary>
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

            if (++redirections > MaxRedirections && !next.Waits)
            {
                using (problem)
                {
                    return Reply.OfFailure(new CacheConnectionException($"{problem} (after {MaxRedirections} redirections: the servers do not agree who serves the key)") { IsRefusal = true });
                }
            }

            // A refusal has been answered: it did not happen.
            command.WasSent &= problem.Failure is not null;
            problem.Dispose();
            if (next.Waits)
            {
                await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), _time, cancellationToken).ConfigureAwait(false);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
                redirections = 0;
                next = new Redirection(Topology.Find(command.Key, kind) ?? node);
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

        // Not sent to a server that has been given up meanwhile.
        var other = problem.Failure is CacheConnectionException { IsRefusal: true } or ObjectDisposedException ? Topology.Find(command.Key, kind) : null;
        return new(other == node ? default : new Redirection(other));
    }

    private async ValueTask ReportAsync(RedisNode node, Reply reply)
    {
        if (reply.Failure is CacheConnectionException or CacheTimeoutException)
        {
            await node.Breaker.ReportAsync(reply).ConfigureAwait(false);
            Topology.Suspect(node);
        }
    }
}
