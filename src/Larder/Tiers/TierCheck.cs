namespace Larder.Tiers;

/// <summary>What a tier says when it is asked how it is.</summary>
/// <param name="IsAway">Whether nothing can be read or stored.</param>
/// <param name="Problem">What is wrong, in words; <see langword="null"/> when nothing is.</param>
internal readonly record struct TierCheck(bool IsAway, string? Problem);
