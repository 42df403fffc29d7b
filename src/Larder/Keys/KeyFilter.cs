namespace Larder.Keys;

/// <summary>Which keys an operation on many entries concerns: those of a view that match a pattern.</summary>
/// <param name="Prefix">What each key begins with, literally; may be empty.</param>
/// <param name="Pattern">What the rest matches.</param>
internal readonly record struct KeyFilter(string Prefix, GlobPattern Pattern)
{
    public bool IsMatch(string key) =>
        key.StartsWith(Prefix, StringComparison.Ordinal) && (Pattern.MatchesAll || Pattern.IsMatch(key.AsSpan(Prefix.Length)));
}
