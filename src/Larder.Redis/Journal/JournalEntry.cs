namespace Larder.Redis.Journal;

/// <summary>An entry as it was read.</summary>
/// <param name="Version">The version.</param>
/// <param name="Text">The key.</param>
/// <param name="Payload">The write.</param>
/// <param name="Reads">How often it has been read.</param>
internal readonly record struct JournalEntry(long Version, string Text, byte[] Payload, long Reads);
