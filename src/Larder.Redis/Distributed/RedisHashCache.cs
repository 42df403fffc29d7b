using System.Buffers;
using System.Text;
using Larder.Adapters;
using Larder.Keys;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Tiers;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Redis.Distributed;

/// <summary>
/// An <see cref="IDistributedCache"/> whose entries have the layout of Microsoft's <c>RedisCache</c>, so that applications with the one and the other can share them: a hash with the fields
/// <c>absexp</c>, <c>sldexp</c> and <c>data</c>. Each operation is one step in the server. What fails is thrown, as there.
/// </summary>
/// <param name="client">Sends the commands; it belongs to a cache.</param>
/// <param name="instanceName">What the keys begin with.</param>
/// <param name="clock">The time.</param>
internal sealed class RedisHashCache(RedisClient client, string instanceName, TimeProvider clock) : IBufferDistributedCache
{
    private const long None = -1;

    private static readonly RedisScript s_get = new("distributed-get");
    private static readonly RedisScript s_set = new("distributed-set");

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(instanceName);

    public byte[]? Get(string key) => Blocking.Until(GetAsync(key));

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        using var reply = await ReadAsync(key, wantsValue: true, token).ConfigureAwait(false);
        return reply.IsNull ? null : reply.Span.ToArray();
    }

    public bool TryGet(string key, IBufferWriter<byte> destination) => Blocking.Until(TryGetAsync(key, destination).AsTask());

    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var reply = await ReadAsync(key, wantsValue: true, token).ConfigureAwait(false);
        if (reply.IsNull)
        {
            return false;
        }

        destination.Write(reply.Span);
        return true;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Blocking.Until(SetAsync(key, value, options));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WriteAsync(key, new ReadOnlySequence<byte>(value), options, token);
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) => Blocking.Until(WriteAsync(key, value, options, CancellationToken.None));

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) => new(WriteAsync(key, value, options, token));

    public void Refresh(string key) => Blocking.Until(RefreshAsync(key));

    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        using var reply = await ReadAsync(key, wantsValue: false, token).ConfigureAwait(false);
    }

    public void Remove(string key) => Blocking.Until(RemoveAsync(key));

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        RequireKey(key);
        token.ThrowIfCancellationRequested();
        using var command = RedisCommand.Rent("UNLINK"u8, 1).AddKey(_prefix, key);
        using var reply = await client.ExecuteAsync(command, CommandKind.IdempotentWrite, token).ConfigureAwait(false);
    }

    public override string ToString() => $"IDistributedCache in {client.Topology.Description}, in the layout of Microsoft's RedisCache";

    private async ValueTask<Reply> ReadAsync(string key, bool wantsValue, CancellationToken token)
    {
        RequireKey(key);
        token.ThrowIfCancellationRequested();
        using var command = RedisClient.Script(s_get, 1, 2).AddKey(_prefix, key).Add(clock.GetUtcNow().UtcTicks).Add(wantsValue ? "1"u8 : "0"u8);
        return await client.ExecuteAsync(command, s_get, CommandKind.IdempotentWrite, token).ConfigureAwait(false);
    }

    private async Task WriteAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token)
    {
        RequireKey(key);
        ArgumentNullException.ThrowIfNull(options);
        token.ThrowIfCancellationRequested();
        var life = DistributedExpiry.Of(options, clock);
        var absolute = DistributedExpiry.LifeOf(options, clock) is { } given && life.TimeToLiveMs != EntryWrite.Never ? (clock.GetUtcNow() + given).UtcTicks : None;
        using var command = RedisClient.Script(s_set, 1, 4).AddKey(_prefix, key).Add(absolute).Add(life.SlidingMs > 0 ? options.SlidingExpiration!.Value.Ticks : None);
        value.CopyTo(command.AddBlank(checked((int)value.Length)));
        command.Add(life.FirstLifeMs == EntryWrite.Never ? 0 : life.FirstLifeMs);
        using var reply = await client.ExecuteAsync(command, s_set, CommandKind.IdempotentWrite, token).ConfigureAwait(false);
    }

    /// <summary>Different keys that are not well-formed would become one and the same.</summary>
    private static void RequireKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!Utf16.IsWellFormed(key))
        {
            throw new ArgumentException("The key is not well-formed UTF-16: it holds a surrogate without its partner, and would become the same as other such keys in UTF-8.", nameof(key));
        }
    }
}
