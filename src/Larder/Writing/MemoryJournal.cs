namespace Larder.Writing;

/// <summary>The journal that is the memory of the process.</summary>
internal sealed class MemoryJournal : WriteJournal
{
    internal override bool IsShared => false;

    public override string ToString() => "memory";

    internal override IWriteQueue<TKey, T> Open<TKey, T>(WriteQueueSettings<TKey, T> settings) => new MemoryWriteQueue<TKey, T>(settings);
}
