using Larder.Memory;

namespace Larder.Redis.Tracking;

/// <summary>A read under way of which a copy may be kept.</summary>
/// <param name="Ticket">Its ticket; <see langword="null"/> when no copy is kept.</param>
/// <param name="Generation">The generation of the feed before it was sent.</param>
internal readonly record struct LocalRead(MemoryFillTicket? Ticket, long Generation);
