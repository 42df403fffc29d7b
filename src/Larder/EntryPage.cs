namespace Larder;

/// <summary>A part of the entries of a cache, in no order.</summary>
public sealed record EntryPage
{
    /// <summary>Gets the entries. One that is there during the whole listing is in one of its pages at least; where a shared store is rebuilding its table, it can be in two.</summary>
    public IReadOnlyList<EntryInfo> Entries { get; init; } = [];

    /// <summary>Gets where to go on; <see langword="null"/> at the end.</summary>
    public string? Cursor { get; init; }

    /// <summary>Gets about how many keys were looked at for the page, those of others in the store included.</summary>
    public long Scanned { get; init; }

    /// <summary>Gets about how many keys there are to look at in all, those of others in the store included; negative when nobody knows.</summary>
    public long Total { get; init; } = -1;
}
