namespace Larder.Samples.StepByStep;

/// <summary>One process of the application: two pages, and two ways in which prices change. Each step writes it anew.</summary>
internal abstract class Shop(Database database) : IAsyncDisposable
{
    protected static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    /// <summary>Gets how many reads went to Redis.</summary>
    public virtual long RedisReads => 0;

    protected Database Database => database;

    /// <summary>The page of a product.</summary>
    public abstract ValueTask<Product> ProductPageAsync(int id);

    /// <summary>The page that shows all products.</summary>
    public abstract ValueTask<IReadOnlyList<Product>> FrontPageAsync();

    /// <summary>The form in which somebody changes a price.</summary>
    public virtual async ValueTask ChangePriceAsync(int id, int price) => await Database.SetPriceAsync(id, price);

    /// <summary>The job of another team. It was there before the cache, and knows nothing of it.</summary>
    public virtual async ValueTask RaisePricesAsync() => await Database.RaisePricesAsync();

    /// <summary>Waits for as long as a message from Redis takes, about a millisecond.</summary>
    public virtual ValueTask HearAsync() => default;

    public virtual ValueTask DisposeAsync() => default;
}
