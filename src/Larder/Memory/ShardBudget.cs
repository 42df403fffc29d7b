namespace Larder.Memory;

/// <summary>What all shards hold together.</summary>
internal sealed class ShardBudget(long maxBytes)
{
    private long _bytes;
    private long _entries;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Entries => Volatile.Read(ref _entries);

    public bool IsExceeded => Bytes > maxBytes;

    public void Add(long bytes, int entries)
    {
        if (bytes != 0)
        {
            Interlocked.Add(ref _bytes, bytes);
        }

        if (entries != 0)
        {
            Interlocked.Add(ref _entries, entries);
        }
    }
}
