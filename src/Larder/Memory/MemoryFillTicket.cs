using Larder.Tiers;

namespace Larder.Memory;

/// <summary>A ticket of the memory tier: besides the key's own, the tag clock when the load began, and the tags that are known to matter.</summary>
internal sealed class MemoryFillTicket(string key, Tag[]? tags, long tagClock) : FillTicket(key, tagClock)
{
    public Tag[]? Tags => tags;

    public override bool IsVoid => base.IsVoid || !TagTable.AreValid(tags, StartClock) || TagTable.AreStale(tags, StartClock);
}
