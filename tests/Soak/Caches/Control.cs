namespace Larder.Soak.Caches;

/// <summary>What stands in for the cache, to show that a run finds what is wrong.</summary>
internal enum Control
{
    /// <summary>Nothing: the cache itself.</summary>
    None,

    /// <summary>A dictionary in front of a shared cache; see <see cref="NaiveCache"/>.</summary>
    Naive,

    /// <summary>The cache without its guard against values that are older than a change; switched off by <c>Larder.Testing.Unguarded</c>.</summary>
    Unguarded,
}
