using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Polly;
using Polly.CircuitBreaker;

namespace Larder.Redis.Connections;

/// <summary>
/// Keeps callers from waiting for a server that says nothing: after two commands that timed out without a sign of life, further ones fail at once, but for
/// one each half second that tries. A new connection closes the circuit.
/// </summary>
internal sealed class NodeBreaker
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline<Reply> _pipeline;

    /// <summary>Makes a breaker.</summary>
    /// <param name="time">What measures the pauses.</param>
    public NodeBreaker(TimeProvider time) => _pipeline = new ResiliencePipelineBuilder<Reply> { TimeProvider = time }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Reply>
        {
            // Successes are not reported while the circuit is closed, so that each failure counts.
            FailureRatio = 1,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(5),
            BreakDuration = Pause,
            StateProvider = _state,
            ManualControl = _control,

            // Which command tries is chance: one that has timed out shows no life, whatever it waited for.
            ShouldHandle = outcome => new ValueTask<bool>(outcome.Outcome is { Result.Failure: CacheTimeoutException late } && (late.IsSilence || _state.CircuitState == CircuitState.HalfOpen)),
        })
        .Build();

    public bool IsClosed => _state.CircuitState == CircuitState.Closed;

    /// <summary>Takes note of a command that got no reply.</summary>
    public async ValueTask ReportAsync(Reply failure)
    {
        if (!IsClosed || failure.Failure is not CacheTimeoutException { IsSilence: true })
        {
            return;
        }

        try
        {
            await _pipeline.ExecuteAsync(static (reply, _) => new ValueTask<Reply>(reply), failure, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            // Another failure has opened it meanwhile.
        }
    }

    /// <summary>Tries a command, if one may be tried now.</summary>
    public async ValueTask<Reply> TryAsync(RedisNode node, RedisCommand command, CommandKind kind)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                static (call, _) =>
                {
                    call.node.Send(call.command, call.kind);
                    return call.command.Reply;
                },
                (node, command, kind),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokenCircuitException exception)
        {
            // Through the command, as its caller may be cancelling it at this moment.
            command.TryComplete(Reply.OfFailure(new CacheConnectionException($"{node.Name} has not answered lately, and is left alone for a moment.", exception) { IsRefusal = true }));
            return await command.Reply.ConfigureAwait(false);
        }
    }

    public void Close() => _ = _control.CloseAsync(CancellationToken.None);
}
