using System.Collections.Concurrent;

namespace Larder.Redis.Tier;

/// <summary>What was pending for a key before it was written.</summary>
/// <param name="Times">How often its removal was asked for.</param>
/// <param name="Filters">What the removals of many keys spare that concern it.</param>
internal readonly record struct PendingMark(int Times, ConcurrentDictionary<string, bool>[]? Filters);
