namespace Larder;

/// <summary>A queue of accepted writes.</summary>
/// <param name="Source">The type of the values.</param>
/// <param name="Statistics">What became of them.</param>
public sealed record WriteBehindReport(string Source, WriteBehindStatistics Statistics);
