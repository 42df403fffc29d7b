using System.Diagnostics.CodeAnalysis;

namespace Larder;

/// <summary>
/// What a loader is told and may decide: the key, the stale value if there is one, how the result is stored. Valid while the loader runs,
/// and used by one thread at a time.
/// </summary>
public sealed class LoadContext
{
    private readonly object? _staleValue;
    private readonly bool _hasStale;
    private readonly string[]? _callTags;
    private readonly int _maxTags;
    private readonly int _maxTagLength;
    private List<string>? _tags;

    internal LoadContext(string key, bool isRefresh, bool hasStale, object? staleValue, string[]? callTags, int maxTags, int maxTagLength)
    {
        Key = key;
        IsRefresh = isRefresh;
        _hasStale = hasStale;
        _staleValue = staleValue;
        _callTags = callTags;
        _maxTags = maxTags;
        _maxTagLength = maxTagLength;
    }

    /// <summary>Gets the key that is loaded, with the prefix of the view.</summary>
    public string Key { get; }

    /// <summary>Gets whether a present value is loaded anew, in the background or by <see cref="ICache.RefreshAsync{TState, T}"/>.</summary>
    public bool IsRefresh { get; }

    /// <summary>Gets whether there is an earlier value, which may be past its expiry.</summary>
    public bool HasStaleValue => _hasStale;

    /// <summary>Gets or sets the time to live of the result. Above zero. Default: that of the call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above zero.</exception>
    public TimeSpan? TimeToLive
    {
        get;
        set
        {
            if (value is { } timeToLive)
            {
                Limits.RequirePositive(timeToLive, nameof(TimeToLive));
            }

            field = value;
        }
    }

    internal bool StoresResult { get; private set; } = true;

    internal IReadOnlyList<string>? Tags => _tags;

    /// <summary>Adds tags to those of the call.</summary>
    /// <param name="tags">The tags.</param>
    public void AddTags(params ReadOnlySpan<string> tags)
    {
        var added = new List<string>(_tags ?? []);
        foreach (var tag in tags)
        {
            Limits.RequireTag(tag, _maxTagLength);
            added.Add(tag);
        }

        Limits.RequireTagCount(added.Union(_callTags ?? [], StringComparer.Ordinal).Count(), _maxTags, nameof(tags));
        _tags = added;
    }

    /// <summary>Has the result handed to the callers and not stored.</summary>
    public void DoNotStore() => StoresResult = false;

    /// <summary>Gets the earlier value, if there is one and it is of this type.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The earlier value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetStaleValue<T>([MaybeNullWhen(false)] out T value)
    {
        if (_hasStale && _staleValue is T stale)
        {
            value = stale;
            return true;
        }

        value = default;
        return _hasStale && _staleValue is null && default(T) is null;
    }

    /// <summary>Answers that the earlier value still holds: it is stored again with a new time to live.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The earlier value, to be returned by the loader.</returns>
    /// <exception cref="InvalidOperationException">There is no earlier value of this type.</exception>
    public T NotModified<T>()
    {
        if (!TryGetStaleValue<T>(out var stale))
        {
            throw new InvalidOperationException($"The loader of '{Key}' answered that the value is not modified, but there is no earlier value of type {typeof(T)}. Ask HasStaleValue first.");
        }

        return stale;
    }
}
