namespace Larder.Samples.StepByStep.Shops;

/// <summary>A page carries a tag for each product that it shows, and who changes a price removes the tag of its product.</summary>
internal sealed class Invalidating(Database database, ICache cache, CachePolicy policy) : Shop(database)
{
    private static readonly string[] AllProducts = [.. Enumerable.Range(1, Database.Products).Select(TagOf)];

    public override long RedisReads => cache.Statistics.Snapshot().SharedReads;

    public override ValueTask<Product> ProductPageAsync(int id) =>
        cache.GetOrCreateAsync($"product:{id}", _ => Database.FindAsync(id), new() { Policy = policy, Tags = [TagOf(id)] });

    public override ValueTask<IReadOnlyList<Product>> FrontPageAsync() =>
        cache.GetOrCreateAsync("front", _ => Database.ListAsync(), new() { Policy = policy, Tags = AllProducts });

    public override async ValueTask ChangePriceAsync(int id, int price)
    {
        await Database.SetPriceAsync(id, price);
        await cache.RemoveByTagAsync(TagOf(id));
    }

    public override async ValueTask HearAsync() => await cache.PastMemory().ExistsAsync("nothing");

    public override ValueTask DisposeAsync() => cache.DisposeAsync();

    private static string TagOf(int id) => $"product:{id}";
}
