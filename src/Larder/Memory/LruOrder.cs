namespace Larder.Memory;

/// <summary>Least recently used, exactly: each read moves the entry to the front, under the lock of the shard.</summary>
internal sealed class LruOrder(MemoryShard shard) : EvictionOrder(shard)
{
    private SlotList _list;

    public override IEnumerable<(Region Region, SlotList List)> Lists => [(default, _list)];

    public override void Add(int index) => _list.AddNewest(Shard.Links, index);

    public override void Update(int index) => Touch(index);

    public override void Remove(int index) => _list.Remove(Shard.Links, index);

    public override int Evict()
    {
        var oldest = _list.Oldest;
        if (oldest != 0)
        {
            Remove(oldest);
        }

        return oldest;
    }

    public override void Touch(int index)
    {
        Remove(index);
        Add(index);
    }

    public override void Clear() => _list = default;
}
