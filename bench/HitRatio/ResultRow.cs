using Larder.HitRatio.Policies;

namespace Larder.HitRatio;

/// <summary>What all policies made of one trace at one size.</summary>
/// <param name="Trace">The name of the trace.</param>
/// <param name="Accesses">How many accesses it has.</param>
/// <param name="KeyCount">How many keys it has.</param>
/// <param name="Measure">What is bounded and counted.</param>
/// <param name="Percent">The size in percent of the keys, or of their bytes.</param>
/// <param name="Capacity">The size in entries or bytes.</param>
/// <param name="Ratios">The hit ratios in percent.</param>
/// <param name="Excess">By how much the library exceeded its capacity at the end, as a fraction of it.</param>
internal sealed record ResultRow(
    string Trace,
    int Accesses,
    int KeyCount,
    Measure Measure,
    double Percent,
    long Capacity,
    IReadOnlyDictionary<Policy, double> Ratios,
    double Excess)
{
    /// <summary>Gets the hit ratio of a policy.</summary>
    /// <param name="policy">The policy.</param>
    public double this[Policy policy] => Ratios[policy];

    /// <summary>Gets by how many points one policy is ahead of another.</summary>
    /// <param name="policy">The one.</param>
    /// <param name="other">The other.</param>
    public double Lead(Policy policy, Policy other) => Ratios[policy] - Ratios[other];
}
