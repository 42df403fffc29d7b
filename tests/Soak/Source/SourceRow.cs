namespace Larder.Soak.Source;

/// <summary>The value that is cached.</summary>
/// <param name="Key">The key that it belongs to: another key's value must never come.</param>
/// <param name="Version">The version of the row that was read.</param>
/// <param name="Text">Something to carry.</param>
internal sealed record SourceRow(int Key, long Version, string Text)
{
    /// <summary>Makes a row of a given length.</summary>
    public static SourceRow Of(int key, long version, int length) => new(key, version, RowText.Of(version, length));
}
