using System.Buffers;
using Larder.Views;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Adapters;

/// <summary>A cache as an <see cref="IDistributedCache"/>. Values belong to the cache: what is given is copied, and so is what is got.</summary>
internal sealed class LarderDistributedCache(CacheView cache) : IBufferDistributedCache
{
    public byte[]? Get(string key) => Blocking.Until(GetAsync(key));

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => (await ReadAsync(key, token).ConfigureAwait(false)).GetValueOrDefault() is { } value ? [.. value] : null;

    public bool TryGet(string key, IBufferWriter<byte> destination) => Blocking.Until(TryGetAsync(key, destination).AsTask());

    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!(await ReadAsync(key, token).ConfigureAwait(false)).TryGetValue(out var value))
        {
            return false;
        }

        destination.Write(value);
        return true;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => Blocking.Until(SetAsync(key, value, options));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return WriteAsync(key, [.. value], options, token);
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) => Blocking.Until(SetAsync(key, value, options).AsTask());

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        new(WriteAsync(key, value.ToArray(), options, token));

    public void Refresh(string key) => Blocking.Until(RefreshAsync(key));

    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await cache.TouchAsync(FullKey(key), token).ConfigureAwait(false);
    }

    public void Remove(string key) => Blocking.Until(RemoveAsync(key));

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        token.ThrowIfCancellationRequested();
        await cache.RemoveWholeAsync(FullKey(key), token).ConfigureAwait(false);
    }

    public override string ToString() => $"IDistributedCache over {cache}";

    private ValueTask<CacheResult<byte[]>> ReadAsync(string key, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(key);
        return cache.ReadAsync<byte[]>(FullKey(key), CacheTiers.All, leavesNoCopy: false, token);
    }

    private async Task WriteAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        token.ThrowIfCancellationRequested();
        await cache.WriteAsync(FullKey(key), value, DistributedExpiry.Of(options, cache.Core.Clock.Provider), token).ConfigureAwait(false);
    }

    private string FullKey(string key) => cache.KeyPrefix + AdapterKey.Of(key, cache.Core.Options.MaxKeyLength - cache.KeyPrefix.Length);
}
