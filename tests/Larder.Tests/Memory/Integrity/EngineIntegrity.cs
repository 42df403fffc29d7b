using Larder.Memory;

namespace Larder.Tests.Memory.Integrity;

/// <summary>
/// Checks that the parts of an engine agree while nothing is under way: the index, the slots, the lists of the eviction order, the free list, the
/// counters, the weights, the references to tags, and the limits.
/// </summary>
internal static class EngineIntegrity
{
    public static IReadOnlyList<string> Findings(EngineCache cache)
    {
        var findings = new List<string>();
        var (engine, limits) = (cache.Engine, cache.Limits);
        var tags = new Dictionary<Tag, int>();
        long entries = 0;
        long bytes = 0;
        for (var i = 0; i < engine.Shards.Count; i++)
        {
            var shard = engine.Shards[i];
            lock (shard.Gate)
            {
                var check = new ShardIntegrity(shard, i, engine.Shards.Count, limits, findings);
                check.Run();
                entries += check.Entries;
                bytes += check.Bytes;
                foreach (var tag in check.Tags)
                {
                    tags[tag] = tags.GetValueOrDefault(tag) + 1;
                }
            }
        }

        Expect(engine.Count == entries, $"{engine.Count} entries are counted and {entries} are there");
        Expect(engine.Bytes == bytes, $"{engine.Bytes} bytes are counted and {bytes} are there");
        Expect(entries <= limits.MaxEntries, $"{entries} entries are held, {limits.MaxEntries} is the limit");
        Expect(bytes <= limits.MaxBytes, $"{bytes} bytes are held, {limits.MaxBytes} is the limit");
        foreach (var tag in engine.Tags.All)
        {
            Expect(tag.References == tags.GetValueOrDefault(tag), $"tag {tag.Name} counts {tag.References} references and has {tags.GetValueOrDefault(tag)}");
            tags.Remove(tag);
        }

        Expect(tags.Count == 0, $"{tags.Count} tags are in use and not in the table");
        return findings;

        void Expect(bool holds, string otherwise)
        {
            if (!holds)
            {
                findings.Add(otherwise);
            }
        }
    }

    /// <summary>Gets the number of slots in each chain that holds any.</summary>
    public static IEnumerable<int> ChainLengths(MemoryShard shard)
    {
        foreach (var first in shard.Buckets.Where(first => first != 0))
        {
            var length = 0;
            for (var index = first; index != 0; index = shard.Slots[index].Next)
            {
                length++;
            }

            yield return length;
        }
    }
}
