namespace Larder.Memory;

/// <summary>
/// Which entry of a shard makes room when there is none. Called under the shard's lock; the slots are those of the shard.
/// </summary>
internal abstract class EvictionOrder(MemoryShard shard)
{
    protected MemoryShard Shard { get; } = shard;

    /// <summary>Gets the lists that the entries are in, each of them in one.</summary>
    public abstract IEnumerable<(Region Region, SlotList List)> Lists { get; }

    /// <summary>Takes a new entry in.</summary>
    public abstract void Add(int index);

    /// <summary>Notes that an entry has a new value.</summary>
    public abstract void Update(int index);

    /// <summary>Takes an entry out that is removed for another reason.</summary>
    public abstract void Remove(int index);

    /// <summary>Takes the entry out that is to make room.</summary>
    /// <returns>Its slot; zero when there is none.</returns>
    public abstract int Evict();

    /// <summary>Notes a read, for orders that do not make do with the mark in the slot.</summary>
    public virtual void Touch(int index)
    {
    }

    /// <summary>Notes that the shard now has room for so many entries.</summary>
    public virtual void Resize(int capacity)
    {
    }

    /// <summary>Forgets everything; all slots are free.</summary>
    public abstract void Clear();
}
