namespace Larder.Store;

/// <summary>How far the replica of a store may be behind.</summary>
/// <param name="Max">The longest time.</param>
/// <param name="Position">Reads the position of the primary; <see langword="null"/> where only the time counts.</param>
internal sealed record ReplicaLag(TimeSpan Max, Func<CancellationToken, ValueTask<long>>? Position);
