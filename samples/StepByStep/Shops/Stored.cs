namespace Larder.Samples.StepByStep.Shops;

/// <summary>The table is a store: keys and invalidation are its business, and each way to write goes through it.</summary>
internal sealed class Stored : Shop
{
    private readonly ICache _cache;
    private readonly ICachedStore<Product, int> _products;

    public Stored(Database database, ICache cache, CachePolicy policy)
        : base(database)
    {
        _cache = cache;
        var table = CacheSource.Create<int, Product>(async (id, _) => await database.FindAsync(id));
        _products = cache.Store("products", table, product => product.Id, new StoreOptions { Policy = policy });
    }

    public override long RedisReads => _cache.Statistics.Snapshot().SharedReads;

    public override async ValueTask<Product> ProductPageAsync(int id) => (await _products.FindAsync(id))!;

    public override ValueTask<IReadOnlyList<Product>> FrontPageAsync() =>
        _products.QueryValueAsync(StoreQuery.Of("all"), async _ => await Database.ListAsync())!;

    public override async ValueTask ChangePriceAsync(int id, int price) =>
        await _products.ExecuteAsync(async _ => await Database.SetPriceAsync(id, price), [id]);

    public override async ValueTask RaisePricesAsync() =>
        await _products.ExecuteAsync(async _ => await Database.RaisePricesAsync());

    public override async ValueTask HearAsync() => await _cache.PastMemory().ExistsAsync("nothing");

    public override ValueTask DisposeAsync() => _cache.DisposeAsync();
}
