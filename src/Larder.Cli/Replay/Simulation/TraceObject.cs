namespace Larder.Cli.Replay.Simulation;

/// <summary>What is cached.</summary>
/// <param name="Size">Its size in bytes.</param>
internal sealed record TraceObject(long Size);
