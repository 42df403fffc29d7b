namespace Larder.HitRatio.Policies;

/// <summary>What is cached.</summary>
/// <param name="Size">Its size in bytes.</param>
internal sealed record TraceObject(long Size);
