namespace Larder;

/// <summary>What a warm-up did.</summary>
/// <param name="Loaded">How many values are in the cache now, those that were there before included.</param>
/// <param name="Absent">How many keys the source has no value for.</param>
/// <param name="Failed">How many keys could not be loaded; each is in the log.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct WarmUpResult(long Loaded, long Absent, long Failed, TimeSpan Elapsed);
