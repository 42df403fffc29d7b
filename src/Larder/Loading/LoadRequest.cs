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
    /// <summary>Gets which callers share a load; see <see cref="LoadPlace"/>.</summary>
    public byte Variant { get; init; }

    /// <summary>Gets whether the value is loaded whatever others have stored or load meanwhile.</summary>
    public bool IsForced { get; init; }

    /// <summary>Gets whether no copy is kept in memory of what is read from the shared store.</summary>
    public bool LeavesNoCopy { get; init; }

    public LoadPlace Place => new(Key, Variant);

    /// <summary>Makes what the tier is told, from the call and from what the loader decided.</summary>
    public EntryWrite ToWrite(T value, LoadContext context, double loadMs) => Settings.ToWrite(
        context.TimeToLive ?? (value is null && Settings.HasNegativeTimeToLive ? null : TimeToLive),
        value is null,
        loadMs,
        context.Tags);
}
