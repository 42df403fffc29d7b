using Larder.Redis.Commands;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Several keys in one step.</summary>
internal sealed partial class RedisTier
{
    public override async ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken)
    {
        var keys = conditions.Select(condition => condition.Key).Concat(writes.Select(write => write.Key)).Distinct(StringComparer.Ordinal).ToArray();
        RequireOneSlot(keys);
        while (true)
        {
            var states = new Dictionary<string, RedisState>(StringComparer.Ordinal);
            var reads = await Task.WhenAll(keys.Select(key => SettleAndReadAsync(key, cancellationToken))).ConfigureAwait(false);
            foreach (var (key, state) in keys.Zip(reads))
            {
                states[key] = state;
                if (conditions.Any(condition => condition.Key == key && !condition.Condition.Holds(state.Entry.Version)))
                {
                    return false;
                }
            }

            var frames = new Dictionary<string, EntryFrame?>(StringComparer.Ordinal);
            foreach (var write in writes)
            {
                Forget(write.Key);
                frames[write.Key] = write.IsRemoval
                    ? null
                    : await FrameAsync(write.Serialize(_settings.Serializers), write.Entry, cancellationToken).ConfigureAwait(false);
            }

            if (await CommitAsync(keys, states, frames, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    public override string? WhyApart(string one, string other)
    {
        return !_client.Topology.IsCluster || SlotOf(one) == SlotOf(other)
            ? null
            : $"The keys '{one}' and '{other}' lie in different slots of the Redis Cluster, and cannot be changed in one transaction. "
                + "Keys that change together need the same hash tag, a part in braces, such as '{order:42}:lines' and '{order:42}:total': cache.WithPrefix(\"{order:42}\") gives it to all keys of a view.";

        int SlotOf(string key) => Topology.KeySlot.Of(System.Text.Encoding.UTF8.GetBytes(_prefix + key));
    }

    /// <summary>A script changes keys of one slot only: then one server has all of them.</summary>
    private void RequireOneSlot(string[] keys)
    {
        if (keys.Select(key => WhyApart(keys[0], key)).FirstOrDefault(reason => reason is not null) is { } reason)
        {
            throw new CacheException(reason);
        }
    }

    private async Task<RedisState> SettleAndReadAsync(string key, CancellationToken cancellationToken)
    {
        await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        return await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> CommitAsync(
        string[] keys, Dictionary<string, RedisState> states, Dictionary<string, EntryFrame?> frames, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Commit, keys.Length, 4 * keys.Length);
        foreach (var key in keys)
        {
            command.AddKey(_prefixBytes, key);
        }

        foreach (var key in keys)
        {
            var isWritten = frames.TryGetValue(key, out var frame);
            AddChange(command, key, states[key], frame, !isWritten ? "k"u8 : frame is null ? "d"u8 : "s"u8);
        }

        var isDone = false;
        try
        {
            using var reply = await _client.ExecuteAsync(command, RedisScript.Commit, CommandKind.Write, cancellationToken).ConfigureAwait(false);
            isDone = reply.Integer == 1;
            foreach (var key in frames.Where(frame => isDone && frame.Value is not null).Select(frame => frame.Key))
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
            }

            return isDone;
        }
        finally
        {
            foreach (var key in frames.Keys)
            {
                Changed(key, isDone);
            }
        }
    }
}
