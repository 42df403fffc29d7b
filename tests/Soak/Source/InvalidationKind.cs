namespace Larder.Soak.Source;

/// <summary>How a writer tells the cache that a row has changed.</summary>
internal enum InvalidationKind
{
    Remove,
    Set,
    Tag,
    Pattern,
    Clear,
}
