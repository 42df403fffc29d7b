namespace Larder.Tiers;

/// <summary>What was said to a request for permits.</summary>
/// <param name="IsGranted">Whether they were given.</param>
/// <param name="Available">How many are left.</param>
/// <param name="RetryAfterMs">After how long so many will be there, if nobody else takes any.</param>
internal readonly record struct RateAnswer(bool IsGranted, long Available, long RetryAfterMs);
