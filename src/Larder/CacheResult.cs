using System.Diagnostics.CodeAnalysis;

namespace Larder;

/// <summary>What a read found: whether there is a value, the value, how long it lives, its version, and whether it is stale.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly struct CacheResult<T>
{
    internal const long NoExpiry = long.MaxValue;

    private readonly T? _value;
    private readonly long _remainingMs;
    private readonly ResultFlags _flags;

    internal CacheResult(T? value, long remainingMs, long version, ResultFlags flags)
    {
        _value = value;
        _remainingMs = remainingMs;
        RawVersion = version;
        _flags = flags;
    }

    /// <summary>
    /// Gets whether there is a value that lives. <see langword="true"/> also for a stored <see langword="null"/>; <see langword="false"/>
    /// when the entry is absent, has expired, or holds another type.
    /// </summary>
    [MemberNotNullWhen(true, nameof(_value))]
    public bool HasValue => (_flags & ResultFlags.HasValue) != 0;

    /// <summary>Gets what a read has found whose tier could not be asked.</summary>
    internal static CacheResult<T> Unavailable => new(default, 0, 0, ResultFlags.Unavailable);

    /// <summary>Gets the value.</summary>
    /// <exception cref="InvalidOperationException">There is no value; ask <see cref="HasValue"/> first.</exception>
    public T Value => HasValue ? _value : throw new InvalidOperationException("The cache has no value for this key. Ask HasValue first, or use GetValueOrDefault.");

    /// <summary>
    /// Gets whether the value is stale: the entry was invalidated lazily, or get-or-create served a value past its expiry
    /// (<see cref="CachePolicy.MaxStale"/>). <see langword="false"/> when there is no value.
    /// </summary>
    public bool IsStale => (_flags & (ResultFlags.HasValue | ResultFlags.Stale)) == (ResultFlags.HasValue | ResultFlags.Stale);

    /// <summary>
    /// Gets how long the value lived on when it was read, in milliseconds' resolution; <see langword="null"/> when it has no expiry or there
    /// is no value; zero when it is past its expiry.
    /// </summary>
    public TimeSpan? TimeToLive => _remainingMs == NoExpiry || !HasValue ? null : TimeSpan.FromMilliseconds(Math.Max(0, _remainingMs));

    /// <summary>
    /// Gets the version of the entry, for <see cref="ICache.CompareAndSetAsync"/>: a number that changes with each write and is never used
    /// again for the same key. Zero when there is no value.
    /// </summary>
    public long Version => HasValue ? RawVersion : 0;

    /// <summary>Gets the version also when there is an entry that is no value for the caller.</summary>
    internal long RawVersion { get; }

    /// <summary>Gets whether a value past its expiry is held in reserve, which get-or-create may serve.</summary>
    internal bool IsReserve => (_flags & ResultFlags.Reserve) != 0;

    internal bool IsRefreshDue => (_flags & ResultFlags.RefreshDue) != 0;

    /// <summary>Gets whether the tier could not be asked.</summary>
    internal bool IsUnavailable => (_flags & ResultFlags.Unavailable) != 0;

    internal bool HasOtherType => (_flags & ResultFlags.OtherType) != 0;

    internal bool HasAny => (_flags & (ResultFlags.HasValue | ResultFlags.Reserve)) != 0;

    internal T RawValue => _value!;

    /// <summary>Makes the same result with another instance of the value.</summary>
    internal CacheResult<T> With(T value) => new(value, _remainingMs, RawVersion, _flags);

    internal CacheResult<T> AsStale() => new(_value, _remainingMs, RawVersion, ResultFlags.HasValue | ResultFlags.Stale);

    /// <summary>Gets the value, or the default of the type when there is none.</summary>
    /// <returns>The value or the default.</returns>
    public T? GetValueOrDefault() => HasValue ? _value : default;

    /// <summary>Gets the value, or another one when there is none.</summary>
    /// <param name="fallback">What to return when there is no value.</param>
    /// <returns>The value or <paramref name="fallback"/>.</returns>
    public T GetValueOrDefault(T fallback) => HasValue ? _value : fallback;

    /// <summary>Gets the value, if there is one.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = HasValue ? _value : default;
        return HasValue;
    }

    /// <summary>Describes the result; the value itself is not shown.</summary>
    /// <returns>The description.</returns>
    public override string ToString() => !HasValue
        ? "no value"
        : $"{typeof(T).Name}{(IsStale ? ", stale" : "")}, {(TimeToLive is { } left ? $"{left.TotalMilliseconds:0} ms to live" : "no expiry")}";
}
