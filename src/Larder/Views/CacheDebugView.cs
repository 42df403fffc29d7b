using System.Diagnostics;
using Larder.Memory;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Views;

/// <summary>What a debugger shows of a cache: what it is, what it counted, and what it has in the memory of the process. Looking leaves no trace.</summary>
internal sealed class CacheDebugView(CacheView view)
{
    /// <summary>As many as can be looked through.</summary>
    private const int MaxEntries = 1000;

    public string Name => view.Name;

    public string Tier => view.Tier.Description;

    public string KeyPrefix => view.KeyPrefix;

    public CacheStatisticsSnapshot Statistics => view.Statistics.Snapshot();

    public EntryView[] Entries => view.Core.Memory is not { } memory ? [] : [.. memory.Keys(view.AllKeys).Take(MaxEntries).Order(StringComparer.Ordinal).Select(key => EntryOf(memory, key))];

    private static EntryView EntryOf(MemoryEngine memory, string key)
    {
        memory.TryGet(key, ReadIntent.Peek, out var hit);
        return new EntryView(key, hit.Value is SerializedValue copy ? $"{copy.Length:N0} bytes, of which each reader gets a copy" : hit.Value, hit.TimeToLive);
    }

    [DebuggerDisplay("{Value}", Name = "{Key,nq}")]
    internal sealed record EntryView(string Key, object? Value, EntryTimeToLive TimeToLive);
}
