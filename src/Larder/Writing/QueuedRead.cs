namespace Larder.Writing;

/// <summary>What waits for a key.</summary>
/// <param name="IsQueued">Whether there is anything.</param>
/// <param name="Value">The value; the default for a deletion.</param>
internal readonly record struct QueuedRead<T>(bool IsQueued, T? Value);
