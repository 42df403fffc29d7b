namespace Larder;

/// <summary>What is known of a tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Entries">How many entries and loads in the memory of this process carry it; those of a shared store are not counted by tag.</param>
/// <param name="IsShared">Whether the shared store has a record of it.</param>
public sealed record TagInfo(string Name, long Entries, bool IsShared);
