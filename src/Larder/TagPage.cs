namespace Larder;

/// <summary>A part of the tags in use.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="Cursor">Where to go on; <see langword="null"/> at the end.</param>
public sealed record TagPage(IReadOnlyList<TagInfo> Tags, string? Cursor);
