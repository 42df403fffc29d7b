using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>A read that began after an invalidation was acknowledged, and returned what was there before.</summary>
/// <param name="Key">The key.</param>
/// <param name="Version">The version that was returned.</param>
/// <param name="Floor">The version that had been acknowledged.</param>
/// <param name="Begin">When the read began.</param>
/// <param name="Reader">The number of the process that read.</param>
/// <param name="IsSameProcess">Whether that process had acknowledged the invalidation itself.</param>
/// <param name="By">What made the value stale.</param>
internal sealed record Violation(int Key, long Version, long Floor, long Begin, int Reader, bool IsSameProcess, Supersession By)
{
    /// <summary>Gets how long the value had been stale when the read began, in milliseconds; infinite if that was forgotten.</summary>
    public double LateMilliseconds => By.Moment == 0 ? double.PositiveInfinity : Math.Max(0, Processes.Clock.Milliseconds(Begin - By.Moment));

    public override string ToString() =>
        FormattableString.Invariant($"key {Key}: version {Version} in process {Reader}, {LateMilliseconds:0.0} ms after process {By.Writer} had acknowledged {By.Version} by {By.Kind}");
}
