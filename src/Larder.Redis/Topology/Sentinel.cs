using System.Globalization;
using System.Net;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>
/// A primary that Sentinels watch, and replace by one of its replicas when it is away. They are asked who it is at the beginning, when it is lost or refuses
/// writes, and every so often, and tell themselves when they have replaced it. No connection is used whose server says that it is no primary. See the Redis documentation, "Sentinel client spec".
/// </summary>
internal sealed class Sentinel : RedisTopology
{
    private readonly SentinelSettings _settings;
    private readonly NodeSet _servers;
    private readonly NodeSet _sentinels;
    private readonly Discovery _discovery;
    private RedisNode? _primary;
    private RedisNode? _suspect;
    private long _epoch;
    private bool _isLost;

    public Sentinel(SentinelSettings settings)
    {
        _settings = settings;
        _servers = new NodeSet(settings.Connection with { RequiresPrimary = true }, settings.BulkThreshold, node => node.ConnectionChanged = SuspectIfLost);
        _sentinels = new NodeSet(settings.SentinelConnection, settings.BulkThreshold, sentinel => (sentinel.ConnectionChanged, sentinel.Pushed) = (Subscribe, OnPush));
        _discovery = new Discovery(LookAsync, settings.RefreshInterval, settings.Connection.TimeProvider);
    }

    public override string Description => $"Redis '{_settings.Service}' of the Sentinels at {string.Join(", ", _settings.Sentinels.Select(ConnectionSettings.NameOf))}";

    public override async ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _primary) is null && await PrepareAsync(cancellationToken).ConfigureAwait(false) is { } failure)
        {
            throw failure;
        }

        return [Volatile.Read(ref _primary)!];
    }

    public override RedisNode? Find(ReadOnlySpan<byte> key, CommandKind kind) => Volatile.Read(ref _primary);

    public override ValueTask<CacheException?> PrepareAsync(CancellationToken cancellationToken) =>
        _discovery.RunAsync(_settings.Connection.CommandTimeout, Description, cancellationToken);

    public override ValueTask<Redirection> RedirectAsync(RedisNode node, string error, CancellationToken cancellationToken)
    {
        // Versions before 7 put errors of commands in scripts behind a text of their own.
        if (error.Split(' ', 2)[0] is not ("READONLY" or "LOADING" or "MASTERDOWN") && !error.Contains("-READONLY ", StringComparison.Ordinal))
        {
            return default;
        }

        Suspect(node);
        return new(node.Hesitation.IsWorthWaiting() ? new Redirection(node, Waits: true) : default);
    }

    public override void Suspect(RedisNode node)
    {
        Volatile.Write(ref _suspect, node);
        _discovery.Request();
    }

    public override async ValueTask DisposeAsync()
    {
        await _discovery.DisposeAsync().ConfigureAwait(false);
        _servers.Dispose();
        _sentinels.Dispose();
    }

    private async Task<CacheException?> LookAsync(CancellationToken cancellationToken)
    {
        var suspect = Interlocked.Exchange(ref _suspect, null)?.EndPoint;
        foreach (var seed in _settings.Sentinels)
        {
            _sentinels.At(seed);
        }

        var primary = Volatile.Read(ref _primary);
        var (answer, problem) = await AskAllAsync(suspect, cancellationToken).ConfigureAwait(false);
        if (answer is null)
        {
            problem ??= new CacheConnectionException($"{Description}: no Sentinel is known.");
            if (primary is null || problem is not CacheConnectionException { IsRefusal: true })
            {
                Report(problem);
            }

            // That nobody knows more than what is doubted may be so because the Sentinels were set up anew, and count from the beginning.
            _epoch = 0;
            return primary is null ? problem : null;
        }

        await LearnSentinelsAsync(answer.Sentinel, cancellationToken).ConfigureAwait(false);
        var found = _servers.At(answer.Primary);
        if (found != primary)
        {
            // It is connected to, and says itself that it is a primary, before anything is sent to it.
            if (await RefusalOfAsync(found, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                Suspect(found);
                return primary is null ? refusal : null;
            }

            if (primary is not null)
            {
                // Before anything is read from it.
                _settings.Connection.Observer?.OnSuccession();
            }

            Volatile.Write(ref _primary, found);
            RedisLog.PrimariesChanged(_settings.Connection.Logger, Description, found.Name);
        }

        (_isLost, _epoch) = (false, answer.Epoch);
        _servers.Keep(new HashSet<RedisNode> { found });
        return null;
    }

    /// <summary>Has a Sentinel tell of failovers. An old one speaks no RESP3, in which only this goes beside other commands: it is asked every so often.</summary>
    private void Subscribe(RedisNode sentinel, RedisConnection connection)
    {
        if (!connection.IsClosed && connection.Server.Protocol >= 3)
        {
            using var command = RedisCommand.Rent("SUBSCRIBE"u8, 1).Add("+switch-master"u8).AddPing();
            command.IsUnbounded = true;
            connection.TrySend(command);
        }
    }

    private void OnPush(RedisNode sentinel, RespReader push)
    {
        // message, the channel, and the name, the old address and the new one.
        push.Read();
        push.Read();
        if (push.Text.SequenceEqual("message"u8) && Volatile.Read(ref _primary) is { } primary && push.Read() && push.Read()
            && push.String?.Split(' ')[0] == _settings.Service)
        {
            Suspect(primary);
        }
    }

    private void Report(CacheException problem)
    {
        if (!_isLost)
        {
            _isLost = true;
            RedisLog.TopologyUnknown(_settings.Connection.Logger, Description, problem);
        }
    }

    private Task<(Answer? Answer, CacheException? Problem)> AskAllAsync(EndPoint? suspect, CancellationToken cancellationToken) => Poll.FirstAsync(
        _sentinels.All,
        (sentinel, token) => AskAsync(sentinel, suspect, token),
        _settings.SentinelConnection.ConnectTimeout,
        _settings.Connection.TimeProvider,
        cancellationToken);

    private async Task<(Answer? Answer, CacheException? Problem)> AskAsync(RedisNode sentinel, EndPoint? suspect, CancellationToken cancellationToken)
    {
        // Not GET-MASTER-ADDR-BY-NAME, which does not tell how old the news is.
        using var command = RedisCommand.Rent("SENTINEL"u8, 2).Add("MASTER"u8).Add(_settings.Service);
        using var reply = await sentinel.AskAsync(command, cancellationToken).ConfigureAwait(false);
        if (reply.IsError)
        {
            return (null, Poll.ProblemOf(reply, sentinel, $"asked for the primary '{_settings.Service}'"));
        }

        // Who names the one that is in doubt, or counts less failovers, has not heard of the last one; another may have.
        var fields = FieldsOf(new RespReader(reply.Span).ReadObject() as object?[] ?? []);
        _ = long.TryParse(fields.GetValueOrDefault("config-epoch"), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch);
        return AddressOf(fields, sentinel) is { } address && !address.Equals(suspect) && epoch >= _epoch
            ? (new Answer(address, epoch, sentinel), null)
            : (null, new CacheConnectionException($"The Sentinel at {sentinel.Name} still names a primary that cannot be used.") { IsRefusal = true });
    }

    /// <summary>Gets to know the other Sentinels, and forgets those that are gone.</summary>
    private async Task LearnSentinelsAsync(RedisNode sentinel, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_settings.SentinelConnection.CommandTimeout, _settings.Connection.TimeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var command = RedisCommand.Rent("SENTINEL"u8, 2).Add("SENTINELS"u8).Add(_settings.Service);
        using var reply = await sentinel.AskAsync(command, stop.Token).ConfigureAwait(false);
        if (reply.IsError || new RespReader(reply.Span).ReadObject() is not object?[] others)
        {
            return;
        }

        var known = _settings.Sentinels.Append(sentinel.EndPoint).Concat(others.OfType<object?[]>().Select(other => AddressOf(FieldsOf(other), sentinel)).OfType<EndPoint>()).Distinct();
        _sentinels.Keep(known.Select(_sentinels.At).ToHashSet());
    }

    private async Task<CacheException?> RefusalOfAsync(RedisNode server, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_settings.Connection.ConnectTimeout, _settings.Connection.TimeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var command = RedisCommand.Rent("PING"u8, 0);
        using var reply = await server.AskAsync(command, stop.Token).ConfigureAwait(false);
        return reply.IsError ? Poll.ProblemOf(reply, server, "found to be the primary") : null;
    }

    private static EndPoint? AddressOf(Dictionary<string, string> fields, RedisNode sentinel) =>
        SlotRange.AddressOf($"{fields.GetValueOrDefault("ip", "?")}:{fields.GetValueOrDefault("port")}", SlotRange.HostOf(sentinel.EndPoint));

    private static Dictionary<string, string> FieldsOf(object?[] fields)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in fields.Chunk(2).Where(pair => pair.Length == 2))
        {
            values[Text(pair[0])] = Text(pair[1]);
        }

        return values;
    }

    private static string Text(object? value) => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value as string ?? string.Empty;

    private sealed record Answer(EndPoint Primary, long Epoch, RedisNode Sentinel);
}
