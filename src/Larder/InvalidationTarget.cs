namespace Larder;

/// <summary>What an invalidation concerns.</summary>
public enum InvalidationTarget
{
    /// <summary>One key.</summary>
    Key,

    /// <summary>All keys that match a pattern.</summary>
    Pattern,

    /// <summary>All entries that carry a tag.</summary>
    Tag,

    /// <summary>All entries.</summary>
    All,
}
