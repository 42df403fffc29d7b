namespace Larder.Cli.Targets;

/// <summary>A part of the tags of a cache.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="Cursor">Where to go on; <see langword="null"/> at the end.</param>
internal sealed record TagRows(IReadOnlyList<TagRow> Tags, string? Cursor);
