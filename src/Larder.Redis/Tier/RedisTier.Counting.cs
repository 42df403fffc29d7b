using System.Buffers.Binary;
using System.Buffers.Text;
using Larder.Redis.Commands;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Counters.</summary>
internal sealed partial class RedisTier
{
    public override async ValueTask<long> IncrementAsync(string key, long by, EntryWrite write, CancellationToken cancellationToken)
    {
        await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        var first = await FrameAsync(Encode(by), write, cancellationToken).ConfigureAwait(false);
        if (await TryIncrementAsync(key, by, first, cancellationToken).ConfigureAwait(false) is { } counted)
        {
            await MakeRoomAsync(key).ConfigureAwait(false);
            return counted;
        }

        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await ReadWholeAsync(key, cancellationToken).ConfigureAwait(false);
            var (sum, frame) = (by, first);
            if (state.Lives)
            {
                if (!Payload.TryRead<long>(state.Entry.Frame.Value, _settings.Serializers, out var before) || state.Entry.Frame.Value.Format is not (PayloadFormat.Integer or PayloadFormat.Foreign))
                {
                    throw new CacheTypeException($"The entry '{key}' does not hold an integer, and cannot be incremented.");
                }

                sum = checked(before + by);
                var version = NewVersion();
                frame = state.Entry.Frame with { Value = Payload.Write(sum, _settings.Serializers), WriteId = version, Revision = version };
            }

            Forget(key);
            if (await CommitAsync(key, state, frame, cancellationToken).ConfigureAwait(false))
            {
                return sum;
            }
        }
    }

    private async ValueTask<long?> TryIncrementAsync(string key, long by, EntryFrame first, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Increment, 1, 5).AddKey(_prefixBytes, key).Add(by).Add(UtcNowMs);
        BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), first.Revision);
        AddFrame(command, key, first);
        command.Add(HeldMs(first));
        var isDone = false;
        try
        {
            using var reply = await _client.ExecuteAsync(command, RedisScript.Increment, CommandKind.Write, cancellationToken).ConfigureAwait(false);
            isDone = true;
            return Utf8Parser.TryParse(reply.Span, out long sum, out _) ? sum : null;
        }
        finally
        {
            Changed(key, isDone);
        }
    }
}
