namespace Larder;

/// <summary>Which entries are listed, and how far a page goes.</summary>
public sealed record EntryScan
{
    /// <summary>The most entries of a page: 1,000.</summary>
    public const int MaxPageSize = 1_000;

    /// <summary>Gets the pattern of the keys; <c>*</c> stands for any text, <c>?</c> for one character, <c>[abc]</c> for one of several. Default: all.</summary>
    public string Pattern { get; init; } = "*";

    /// <summary>Gets the tag that the entries carry; <see langword="null"/> for any. No store has an index of it, so that it is looked for in the entries.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets where to go on: <see cref="EntryPage.Cursor"/> of the page before; <see langword="null"/> for the beginning.</summary>
    public string? Cursor { get; init; }

    /// <summary>Gets how many entries are wanted. A page can have some more, or fewer where much has to be looked at for each. Default 100, range 1 to <see cref="MaxPageSize"/>.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Gets after how many keys a page ends, though fewer entries than wanted were found. Default 20,000, range 1 to 1,000,000.</summary>
    public int MaxScanned { get; init; } = 20_000;

    internal void ThrowIfInvalid(string parameter)
    {
        ArgumentNullException.ThrowIfNull(Pattern, parameter);
        if (PageSize is < 1 or > MaxPageSize)
        {
            throw new ArgumentOutOfRangeException(parameter, PageSize, $"PageSize is {PageSize}; it must be from 1 to {MaxPageSize:N0}.");
        }

        if (MaxScanned is < 1 or > 1_000_000)
        {
            throw new ArgumentOutOfRangeException(parameter, MaxScanned, $"MaxScanned is {MaxScanned}; it must be from 1 to 1,000,000.");
        }
    }
}
