using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>One write of a transaction: a new value, or a removal.</summary>
internal class TransactionWrite(string key)
{
    public string Key { get; } = key;

    public virtual bool IsRemoval => true;

    public virtual EntryWrite Entry => default;

    public virtual object? Value => null;

    public virtual StoredValue Serialize(SerializerSet serializers) => default;
}
