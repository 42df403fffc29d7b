using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Import;

namespace ApiExplorer.Load;

/// <summary>What all runs share: the types in their order of popularity, which is drawn from the seed.</summary>
internal sealed class LoadPlan
{
    private const double ZipfExponent = 0.99;
    private const int SearchWords = 2;

    private readonly LoadTarget[] _targets;
    private readonly ZipfSampler _popularity;

    private LoadPlan(LoadTarget[] targets, int seed)
    {
        _targets = targets;
        _popularity = new ZipfSampler(targets.Length, ZipfExponent, new Random(seed));
        HighestTypeId = targets.Max(target => target.Id);
        HighestNamespaceId = targets.Max(target => target.NamespaceId);
    }

    public int HighestTypeId { get; }

    public int HighestNamespaceId { get; }

    public static async Task<LoadPlan> ReadAsync(CatalogDatabase database, int seed)
    {
        var targets = await database.ReadAsync(0, static (session, _) => session.QueryAsync(
            "SELECT t.id, n.id, n.name, t.name, t.member_count FROM types t JOIN namespaces n ON n.id = t.namespace_id ORDER BY t.id",
            static row => new LoadTarget(
                row.GetInt32(0),
                row.GetInt32(1),
                "/namespaces/" + Uri.EscapeDataString(row.GetString(2)),
                "/search?q=" + Uri.EscapeDataString(SearchText(row.GetString(3))),
                Math.Max(1, Paging.PageCount(row.GetInt32(4), Paging.MembersPageSize)))), CancellationToken.None);
        return new LoadPlan([.. targets], seed);
    }

    public LoadTarget Next(Random random) => _targets[_popularity.Next(random)];

    /// <summary>People type the first words of a name: "JsonSerializerOptions" is looked for as "json serializer".</summary>
    private static string SearchText(string typeName)
    {
        var plainName = typeName.Split('<')[0].Split('.')[^1];
        return string.Join(' ', WordSplitter.Split(plainName).ToLowerInvariant().Split(' ').Take(SearchWords));
    }
}
