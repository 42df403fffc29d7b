namespace Larder.Redis.Journal;

/// <summary>What a worker got when it asked for a partition.</summary>
/// <param name="IsOwner">Whether the partition is its.</param>
/// <param name="IsNew">Whether it has just become so.</param>
/// <param name="Cursor">Where to go on with what was read before; empty when there is no more.</param>
/// <param name="Length">How many entries wait.</param>
/// <param name="Now">The server's time in microseconds.</param>
/// <param name="Entries">The entries, oldest first.</param>
internal sealed record JournalTake(bool IsOwner, bool IsNew, string Cursor, long Length, long Now, IReadOnlyList<JournalEntry> Entries)
{
    public static JournalTake OfAnother { get; } = new(false, false, "", 0, 0, []);
}
