using Larder.Memory;
using Larder.Tiers;

namespace Larder.Redis.Tracking;

/// <summary>A ticket of a load whose result is kept in this process only: the memory voids it, and other processes are not asked.</summary>
internal sealed class OwnFillTicket(MemoryFillTicket inner, long localClock) : FillTicket(inner.Key, localClock)
{
    public MemoryFillTicket Inner => inner;

    public override bool IsVoid => base.IsVoid || inner.IsVoid;
}
