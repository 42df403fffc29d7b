using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>One address of which is not known what is there: a server of its own, or one of a cluster. It is asked at the first contact.</summary>
internal sealed class Automatic(ConnectionSettings settings, int bulkThreshold, Func<RedisTopology> cluster) : RedisTopology
{
    private readonly RedisNode _first = new(settings, bulkThreshold);
    private readonly Lock _gate = new();
    private RedisTopology? _found;
    private bool _isDisposed;

    public override string Description => Found?.Description ?? $"Redis at {_first.Name}";

    public override bool IsCluster => Found?.IsCluster ?? false;

    private RedisTopology? Found => Volatile.Read(ref _found);

    public override async ValueTask<IReadOnlyList<RedisNode>> PrimariesAsync(CancellationToken cancellationToken) =>
        await (await RequireAsync(cancellationToken).ConfigureAwait(false)).PrimariesAsync(cancellationToken).ConfigureAwait(false);

    public override async ValueTask<IReadOnlyList<KeyHolder>> HoldersAsync(CancellationToken cancellationToken) =>
        await (await RequireAsync(cancellationToken).ConfigureAwait(false)).HoldersAsync(cancellationToken).ConfigureAwait(false);

    public override RedisNode? Find(ReadOnlySpan<byte> key, CommandKind kind) => Found?.Find(key, kind);

    public override async ValueTask<CacheException?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (Found is null && await AskAsync(cancellationToken).ConfigureAwait(false) is { } failure)
        {
            return failure;
        }

        return await Found!.PrepareAsync(cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask<Redirection> RedirectAsync(RedisNode node, string error, CancellationToken cancellationToken) =>
        Found?.RedirectAsync(node, error, cancellationToken) ?? default;

    public override void Suspect(RedisNode node) => Found?.Suspect(node);

    public override async ValueTask DisposeAsync()
    {
        RedisTopology? found;
        lock (_gate)
        {
            _isDisposed = true;
            found = _found;
        }

        _first.Dispose();
        if (found is not null)
        {
            await found.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<RedisTopology> RequireAsync(CancellationToken cancellationToken) =>
        await PrepareAsync(cancellationToken).ConfigureAwait(false) is { } failure ? throw failure : Found!;

    private async ValueTask<CacheException?> AskAsync(CancellationToken cancellationToken)
    {
        // Any command will do: the server says what it is when it is greeted.
        using var ping = RedisCommand.Rent("PING"u8, 0);
        ping.CancelBy(cancellationToken);
        _first.Send(ping, CommandKind.Read);
        using var reply = await ping.Reply.ConfigureAwait(false);
        if (reply.Failure is OperationCanceledException or ObjectDisposedException)
        {
            throw reply.Failure;
        }

        if (_first.Reads is not { IsReady: true } connection)
        {
            return reply.Failure as CacheException ?? new CacheConnectionException($"{_first.Name} has not said what it is.") { IsRefusal = true };
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            _found ??= connection.Server.IsCluster ? cluster() : new Standalone(_first);
        }

        return null;
    }
}
