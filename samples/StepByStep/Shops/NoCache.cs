namespace Larder.Samples.StepByStep.Shops;

/// <summary>Each page asks the database.</summary>
internal sealed class NoCache(Database database) : Shop(database)
{
    public override async ValueTask<Product> ProductPageAsync(int id) => await Database.FindAsync(id);

    public override async ValueTask<IReadOnlyList<Product>> FrontPageAsync() => await Database.ListAsync();
}
