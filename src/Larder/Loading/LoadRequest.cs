using Larder.Tiers;

namespace Larder.Loading;

/// <summary>What a caller of get-or-create asked for: the key, the loader, and how the result is stored.</summary>
internal readonly record struct LoadRequest<TState, T>(
    string Key,
    TState State,
    Func<TState, LoadContext, CancellationToken, ValueTask<T>> Load,
    EntrySettings Settings,
    TimeSpan? TimeToLive,
    string[]? Tags,
    CacheTiers Tiers = CacheTiers.All)
{
    /// <summary>Makes what the tier is told, from the call and from what the loader decided.</summary>
    public EntryWrite ToWrite(T value, LoadContext context, double loadMs) => Settings.ToWrite(
        context.TimeToLive ?? (value is null && Settings.HasNegativeTimeToLive ? null : TimeToLive),
        value is null,
        loadMs,
        context.Tags);
}
