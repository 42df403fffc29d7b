using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>One write of a transaction: a new value, or a removal.</summary>
internal class TransactionWrite(string key)
{
    public string Key { get; } = key;

    public virtual bool IsRemoval => true;

    public virtual EntryWrite Entry => default;

    /// <summary>Makes what memory holds of the value.</summary>
    public virtual object? Keep(ValueCopies copies) => null;

    public virtual StoredValue Serialize(SerializerSet serializers) => default;
}
