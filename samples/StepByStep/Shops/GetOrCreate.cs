namespace Larder.Samples.StepByStep.Shops;

/// <summary>One call in place of three: all who miss a key at the same time wait for one load.</summary>
internal sealed class GetOrCreate(Database database, ICache cache) : Shop(database)
{
    public override ValueTask<Product> ProductPageAsync(int id) =>
        cache.GetOrCreateAsync($"product:{id}", _ => Database.FindAsync(id), HalfAnHour);

    public override ValueTask<IReadOnlyList<Product>> FrontPageAsync() =>
        cache.GetOrCreateAsync("front", _ => Database.ListAsync(), HalfAnHour);

    public override ValueTask DisposeAsync() => cache.DisposeAsync();
}
