namespace Larder.Soak.Source;

/// <summary>The acknowledgement that made an older version stale.</summary>
/// <param name="Version">The version that was acknowledged.</param>
/// <param name="Moment">When; 0 if it is not known.</param>
/// <param name="Writer">The number of the process that wrote it.</param>
/// <param name="Kind">How it was invalidated.</param>
internal sealed record Supersession(long Version, long Moment, int Writer, InvalidationKind Kind);
