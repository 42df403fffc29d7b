namespace Larder.Samples.StepByStep.Shops;

/// <summary>A dictionary with a time to live, as one writes it by hand: look, load, store.</summary>
internal sealed class GetThenSet(Database database, ICache cache) : Shop(database)
{
    public override async ValueTask<Product> ProductPageAsync(int id)
    {
        var hit = await cache.GetAsync<Product>($"product:{id}");
        if (hit.HasValue)
        {
            return hit.Value;
        }

        var product = await Database.FindAsync(id);
        await cache.SetAsync($"product:{id}", product, HalfAnHour);
        return product;
    }

    public override async ValueTask<IReadOnlyList<Product>> FrontPageAsync()
    {
        var hit = await cache.GetAsync<IReadOnlyList<Product>>("front");
        if (hit.HasValue)
        {
            return hit.Value;
        }

        var products = await Database.ListAsync();
        await cache.SetAsync("front", products, HalfAnHour);
        return products;
    }

    public override ValueTask DisposeAsync() => cache.DisposeAsync();
}
