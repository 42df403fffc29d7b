using Larder.EntityFrameworkCore.Tests.Shop;

namespace Larder.EntityFrameworkCore.Tests.Transactions;

/// <summary>A cached product of version 1, and an ear for changes.</summary>
internal sealed class Scene(ICache cache, ShopContexts shop, int id) : IAsyncDisposable
{
    private ChangeListener? _changes;

    public ICache Cache => cache;

    public ShopContexts Shop => shop;

    public int Id => id;

    public async Task BeginAsync()
    {
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = id, Name = "first", Version = 1 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(1, await VersionAsync());
        _changes = cache.Store("any", CacheSource.Create<int, string>((_, _) => new((string?)null)), int.Parse).Changes.Listen();
    }

    /// <summary>Finds the row as another context does.</summary>
    public Task<long> VersionAsync() => shop.VersionAsync(id);

    /// <summary>Checks that the row is kept in the cache, and which it is.</summary>
    public async Task IsCachedAsync(long version)
    {
        Assert.Equal(version, await VersionAsync());
        Assert.True((await cache.PeekAsync<byte[]>($"products:{id}")).HasValue);
    }

    /// <summary>Gets what was told since it was last asked.</summary>
    public async Task<IReadOnlyList<(EntityChangeKind Kind, string? Id)>> ToldAsync()
    {
        var told = new List<(EntityChangeKind, string?)>();
        using var end = new CancellationTokenSource();
        await using var changes = _changes!.ReadAllAsync(end.Token).GetAsyncEnumerator();
        while (true)
        {
            var next = changes.MoveNextAsync();
            if (!next.IsCompleted)
            {
                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask());
                return told;
            }

            Assert.True(await next);
            told.Add((changes.Current.Kind, changes.Current.Id));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        await cache.DisposeAsync();
    }
}
