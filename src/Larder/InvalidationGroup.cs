namespace Larder;

/// <summary>Keys, patterns and tags that are invalidated together. Built once, used often; not changed while it is in use.</summary>
public sealed class InvalidationGroup
{
    private readonly List<string> _keys = [];
    private readonly List<string> _patterns = [];
    private readonly List<string> _tags = [];

    /// <summary>Gets the keys.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Gets the patterns.</summary>
    public IReadOnlyList<string> Patterns => _patterns;

    /// <summary>Gets the tags.</summary>
    public IReadOnlyList<string> Tags => _tags;

    /// <summary>Adds keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <returns>This group.</returns>
    public InvalidationGroup AddKeys(params ReadOnlySpan<string> keys)
    {
        _keys.AddRange(keys);
        return this;
    }

    /// <summary>Adds glob patterns.</summary>
    /// <param name="patterns">The patterns.</param>
    /// <returns>This group.</returns>
    /// <exception cref="ArgumentException">A pattern is malformed.</exception>
    public InvalidationGroup AddPatterns(params ReadOnlySpan<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            _ = Larder.Keys.GlobPattern.Parse(pattern);
        }

        _patterns.AddRange(patterns);
        return this;
    }

    /// <summary>Adds tags.</summary>
    /// <param name="tags">The tags.</param>
    /// <returns>This group.</returns>
    public InvalidationGroup AddTags(params ReadOnlySpan<string> tags)
    {
        _tags.AddRange(tags);
        return this;
    }
}
