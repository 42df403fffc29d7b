namespace Larder.Loading;

/// <summary>What a caller of get-or-create-many asked for.</summary>
internal sealed record LoadManyRequest<T>(
    Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> Load,
    EntrySettings Settings,
    TimeSpan? TimeToLive,
    string[]? Tags,
    int PrefixLength,
    CacheTiers Tiers)
{
    /// <summary>Makes the request for the storing of one key.</summary>
    public LoadRequest<object?, T> For(string key) => new(key, null, static (_, _, _) => throw new System.Diagnostics.UnreachableException(), Settings, TimeToLive, Tags, Tiers);
}
