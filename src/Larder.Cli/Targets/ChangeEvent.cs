namespace Larder.Cli.Targets;

/// <summary>Something that happened to a cache.</summary>
/// <param name="At">When it was heard of.</param>
/// <param name="Kind">What it is: <c>Key</c> or <c>Tag</c> for a change that Redis tells of, <c>All</c> when all that was known is gone, and what the dashboard calls its events.</param>
/// <param name="What">The key, the tag, or what else it is about.</param>
/// <param name="Detail">More about it.</param>
/// <param name="TraceId">The trace that it belongs to, if there is one.</param>
internal sealed record ChangeEvent(DateTimeOffset At, string Kind, string What, string Detail = "", string? TraceId = null);
