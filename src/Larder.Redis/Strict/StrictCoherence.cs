using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tier;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis.Strict;

/// <summary>
/// The right of this process to use its copies, and the wait of its changes for those of others. A process that uses copies holds a lease in Redis; who changes something asks all
/// holders, after the change, to say that they have heard of all changes so far, and waits until each has, or its lease is over. The question comes over the
/// connection on which the server tells of changes, so that an answer to it speaks for all before it.
/// </summary>
/// <remarks>See Gray and Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency", 1989.</remarks>
internal sealed class StrictCoherence : IDisposable
{
    private readonly RedisClient _client;
    private readonly IInvalidationListener _listener;
    private readonly Action _regained;
    private readonly string _id = Guid.NewGuid().ToString("n");
    private readonly ConcurrentDictionary<string, SyncRound> _rounds = new(StringComparer.Ordinal);
    private readonly byte[] _processesKey;
    private readonly byte[] _syncChannel;
    private readonly string _answerPrefix;
    private readonly string _eraPrefix;
    private readonly long _leaseMs;
    private readonly TimeSpan _beatInterval;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _untilMs;
    private long _lastBeat;
    private int _isBeating;
    private long _roundNumber;

    /// <summary>Makes the coherence of a cache.</summary>
    /// <param name="client">The client, which has a feed.</param>
    /// <param name="listener">The cache, as it hears of changes.</param>
    /// <param name="prefix">What the keys of the cache begin with.</param>
    /// <param name="regained">Called before a lease is used that comes after a time without one.</param>
    public StrictCoherence(RedisClient client, IInvalidationListener listener, string prefix, Action regained)
    {
        _client = client;
        _listener = listener;
        _regained = regained;
        var keys = RedisTags.KeyPrefix(prefix);
        _processesKey = Encoding.UTF8.GetBytes(keys + "processes");
        _syncChannel = Encoding.UTF8.GetBytes(keys + "sync");
        _answerPrefix = keys + "answer:";
        _eraPrefix = keys + "era:";
        _leaseMs = (long)client.Feed!.TrustPeriod.TotalMilliseconds;
        _beatInterval = client.Feed.TrustPeriod / 5;
        Channels = [keys + "sync", _answerPrefix + _id];
        Pulse.Add(Tick);
    }

    /// <summary>Gets the channels to be listened to on the connection that tells of changes.</summary>
    public IReadOnlyList<string> Channels { get; }

    /// <summary>Gets until when copies may be used, in milliseconds of <see cref="CoarseTime.ExactMs"/>.</summary>
    public long UntilMs => Volatile.Read(ref _untilMs);

    /// <summary>Gets whether what is in memory or in Redis may be used now.</summary>
    public bool HasLease => CoarseTime.ExactMs < UntilMs;

    /// <summary>Waits for the first lease, but not for long, and only at the beginning.</summary>
    public async ValueTask WaitForFirstAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_first.Task.IsCompleted)
        {
            return;
        }

        await _first.Task.WaitAsync(limit, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        _first.TrySetResult();
    }

    /// <summary>Waits until no other process uses what was there before the changes that this process has made so far.</summary>
    /// <exception cref="CacheException">That cannot be told.</exception>
    public async ValueTask SyncAsync(CancellationToken cancellationToken)
    {
        var name = Interlocked.Increment(ref _roundNumber).ToString(CultureInfo.InvariantCulture);
        var round = _rounds[name] = new SyncRound();
        try
        {
            var (waitMs, processes) = await AskAsync(name, cancellationToken).ConfigureAwait(false);
            round.Ask([.. processes.Keys]);
            if (!round.Done.IsCompleted)
            {
                var longest = processes.Values.DefaultIfEmpty(0).Max();
                await round.Done.WaitAsync(Limit(longest), TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (waitMs > 0)
            {
                // Leases that an earlier server gave are not known to this one.
                await Task.Delay(Limit(waitMs), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _rounds.TryRemove(name, out _);
        }
    }

    /// <summary>Takes a message of one of the channels, on the thread that reads.</summary>
    public void OnMessage(RedisNode node, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        if (channel.SequenceEqual(_syncChannel))
        {
            // All changes before this question have been heard of by now.
            var (process, round) = Split(message);
            using var command = RedisCommand.Rent("PUBLISH"u8, 2).Add(_answerPrefix + process).Add($"{_id}:{round}");
            node.Send(command, CommandKind.IdempotentWrite);
        }
        else if (Encoding.UTF8.GetString(channel) == _answerPrefix + _id)
        {
            var (process, round) = Split(message);
            if (_rounds.TryGetValue(round, out var waiting))
            {
                waiting.Answer(process);
            }
        }
    }

    public void Dispose()
    {
        Pulse.Remove(Tick);
        Volatile.Write(ref _untilMs, 0);
        using var command = RedisCommand.Rent("ZREM"u8, 2).AddKey(_processesKey).Add(_id);
        _client.TrySend(command, CommandKind.IdempotentWrite, CancellationToken.None);
    }

    private bool NeedsReplica => _client.Topology is Topology.Sentinel;

    /// <summary>A little longer than the server says: clocks do not run alike.</summary>
    private static TimeSpan Limit(long milliseconds) => TimeSpan.FromMilliseconds((milliseconds * 1.05) + 10);

    private static (string Process, string Round) Split(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private RedisNode Server() => _client.Topology.Find(_processesKey, CommandKind.Write)
        ?? throw new CacheConnectionException($"{_client.Topology.Description}: no server is known at the moment, so that it cannot be told that no process uses old copies.");

    private async ValueTask<(long WaitMs, Dictionary<string, long> Processes)> AskAsync(string round, CancellationToken cancellationToken)
    {
        var node = Server();
        var server = node.Writes?.Server ?? default;
        var matters = server.WasPromoted || server.StartedAtMs == long.MaxValue;
        using var command = RedisClient.Script(RedisScript.Sync, 2, 4)
            .AddKey(_processesKey).AddKey(Encoding.UTF8.GetBytes(_eraPrefix + (node.Writes?.Era ?? 0).ToString("x", CultureInfo.InvariantCulture)))
            .Add(_syncChannel).Add($"{_id}:{round}").Add(_leaseMs).Add(matters ? 1 : 0);
        using var reply = await ExecuteAsync(node, command, RedisScript.Sync, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        reader.Read();
        var wait = matters ? reader.Integer : Math.Max(0, server.StartedAtMs + _leaseMs - CoarseTime.ExactMs);
        var processes = new Dictionary<string, long>(StringComparer.Ordinal);
        while (reader.Read())
        {
            var process = reader.String!;
            reader.Read();
            if (process != _id)
            {
                processes[process] = reader.Integer;
            }
        }

        return (wait, processes);
    }

    /// <summary>Runs a script; where there are replicas, one of them must have what was written so far: a primary that is cut off from all of them may have been replaced.</summary>
    private async ValueTask<Reply> ExecuteAsync(RedisNode node, RedisCommand command, RedisScript script, CommandKind kind, CancellationToken cancellationToken)
    {
        if (!NeedsReplica)
        {
            return await _client.ExecuteAsync(command, script, kind, cancellationToken).ConfigureAwait(false);
        }

        using var whole = command.WithScriptText(script.Sha, script.Text);
        using var wait = RedisCommand.Rent("WAIT"u8, 2).Add(1).Add(Math.Max(1, _leaseMs / 5));
        whole.CancelBy(cancellationToken);
        wait.CancelBy(cancellationToken);
        node.SendAside(whole);
        node.SendAside(wait);
        var reply = await whole.Reply.ConfigureAwait(false);
        using var replicas = await wait.Reply.ConfigureAwait(false);
        if (!reply.IsError && !replicas.IsError && replicas.Integer >= 1)
        {
            return reply;
        }

        using (reply)
        {
            reply.ThrowIfError();
            replicas.ThrowIfError();
            throw new CacheServerException($"NOREPLICAS {node.Name} has no replica that follows it, and may have been replaced: strict coherence cannot be promised.");
        }
    }

    private void Tick()
    {
        // Without a lease, as soon as one can be had.
        if ((!HasLease || TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastBeat)) >= _beatInterval) && Interlocked.Exchange(ref _isBeating, 1) == 0)
        {
            Volatile.Write(ref _lastBeat, TimeProvider.System.GetTimestamp());
            _ = BeatAsync();
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            if (_client.Topology.Find(_processesKey, CommandKind.Write) is { } node && _client.Feed!.IsTrusted(node, _listener) && _client.Feed.IsSubscribed(node, Channels))
            {
                await RenewAsync(node).ConfigureAwait(false);
            }
        }
        catch (CacheException)
        {
            // The lease runs out, and what is in memory is not used any more.
        }
        finally
        {
            Volatile.Write(ref _isBeating, 0);
        }
    }

    private async Task RenewAsync(RedisNode node)
    {
        // Counted from before the request was sent, so that it ends here no later than there.
        var began = CoarseTime.ExactMs;
        var generation = _client.Feed!.Generation;
        var connection = node.Reads;
        using var command = RedisClient.Script(RedisScript.Beat, 1, 2).AddKey(_processesKey).Add(_id).Add(_leaseMs);
        using (var reply = await ExecuteAsync(node, command, RedisScript.Beat, CommandKind.LoadWrite, CancellationToken.None).ConfigureAwait(false))
        {
            if (connection is null || ServerInfo.FieldOf(reply.ToString(), "master_replid") != connection.Server.ReplicationId)
            {
                // The history of the server's data is another one, and what it has may be older than what it had.
                connection?.Close(new CacheConnectionException($"{node.Name} has begun another history of its data."));
                node.Writes?.Close(new CacheConnectionException($"{node.Name} has begun another history of its data."));
                return;
            }
        }

        if (NeedsReplica)
        {
            // The lease was asked for on another connection: what was told before it must have been heard.
            using var ping = RedisCommand.Rent("PING"u8, 0);
            using var _ = await _client.ExecuteOnAsync(node, ping, CommandKind.Read, CancellationToken.None).ConfigureAwait(false);
        }

        if (_client.Feed.Generation != generation || node.Reads != connection)
        {
            return;
        }

        if (!HasLease)
        {
            _regained();
        }

        Volatile.Write(ref _untilMs, began + (long)(_leaseMs * 0.95) - 20);
        _client.Feed.Publish();
        _first.TrySetResult();
    }
}
