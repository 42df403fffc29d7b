namespace Larder.Serialization;

/// <summary>A tag as an entry holds it: its name, and which incarnation of the tag's record the entry was stored under.</summary>
internal readonly record struct FrameTag(string Name, long Incarnation);
