using System.Text;
using Larder.Redis.Topology;

namespace Larder.Redis.Journal;

/// <summary>The keys of one partition, which lie in one slot.</summary>
internal sealed class JournalKeys(string journal, int partition)
{
    public byte[] Stream { get; } = Key(journal, partition, "writes");

    public byte[] Waiting { get; } = Key(journal, partition, "waiting");

    public byte[] Version { get; } = Key(journal, partition, "version");

    public byte[] Owner { get; } = Key(journal, partition, "owner");

    public byte[] Dead { get; } = Key(journal, partition, "dead");

    /// <summary>Gets the partition of a key: always the same, and that of other keys with the same hash tag.</summary>
    public static int PartitionOf(string text, int partitions) => KeySlot.Of(Encoding.UTF8.GetBytes(text)) % partitions;

    private static byte[] Key(string journal, int partition, string name) => Encoding.UTF8.GetBytes($"{{{journal}:{partition}}}:{name}");
}
