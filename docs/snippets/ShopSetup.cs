namespace DocsSnippets;

/// <summary>A small shop, as in samples/StepByStep.</summary>
public abstract class ShopSetup : Prelude
{
    protected static readonly WebApplication app = null!;
    protected static readonly ProductTable database = new();
    protected static readonly ICacheSource<int, Product> table = null!;
    protected static readonly ICachedStore<Product, int> products = null!;
    protected static readonly CachePolicy lasting = new() { TimeToLive = TimeSpan.FromMinutes(30), MaxStale = TimeSpan.FromHours(2) };
    protected static readonly int price = 100;

    public sealed record Product(int Id, string Name, int Price);

    public sealed class ProductTable
    {
        public Task<Product> FindAsync(int id) => Task.FromResult(new Product(id, "Chair", 100));

        public Task<IReadOnlyList<Product>> ListAsync() => Task.FromResult<IReadOnlyList<Product>>([]);

        public Task<int> SetPriceAsync(int id, int price) => Task.FromResult(1);

        public Task<int> RaisePricesAsync() => Task.FromResult(1);
    }
}
