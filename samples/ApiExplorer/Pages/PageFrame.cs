namespace ApiExplorer.Pages;

/// <summary>
/// A page or a summary without its notes. Notes are the only part that changes, so that a note costs the next reader one small
/// load and not the whole page.
/// </summary>
/// <param name="OwnerId">The row whose notes belong into the page.</param>
/// <param name="BeforeNotes">The text up to the notes.</param>
/// <param name="AfterNotes">The text after the notes.</param>
internal sealed record PageFrame(int OwnerId, ReadOnlyMemory<byte> BeforeNotes, ReadOnlyMemory<byte> AfterNotes)
{
    private static readonly byte[] JsonEnd = [.. "}"u8];

    public static PageFrame Html(int ownerId, HtmlWriter beforeNotes)
    {
        var after = new HtmlWriter();
        Layout.End(after);
        return new PageFrame(ownerId, beforeNotes.ToUtf8(), after.ToUtf8());
    }

    /// <summary>Makes <c>{"figures": ..., "notes": ...}</c>.</summary>
    public static PageFrame Json(int ownerId, ReadOnlySpan<byte> figures) =>
        new(ownerId, (byte[])[.. "{\"figures\":"u8, .. figures, .. ",\"notes\":"u8], JsonEnd);
}
