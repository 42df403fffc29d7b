namespace Larder.Cli.Targets;

/// <summary>What is known of a tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Entries">How many entries in the memory of the application carry it; a Redis alone does not tell.</param>
/// <param name="IsShared">Whether Redis has a record of it.</param>
/// <param name="LastInvalidated">When the application last heard that it was invalidated.</param>
internal sealed record TagRow(string Name, long? Entries, bool IsShared, DateTimeOffset? LastInvalidated = null);
