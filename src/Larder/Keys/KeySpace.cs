using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Larder.Keys;

/// <summary>The keys of one view: puts the prefix in front, and checks keys and tags.</summary>
internal sealed class KeySpace
{
    public const char Separator = ':';

    private readonly int _maxKeyLength;

    public KeySpace(string prefix, int maxKeyLength)
    {
        Prefix = prefix;
        _maxKeyLength = maxKeyLength;
    }

    /// <summary>Gets the prefix with its separator; empty for the whole cache.</summary>
    public string Prefix { get; }

    public KeySpace Within(string prefix)
    {
        var normalised = Normalise(prefix, nameof(prefix));
        Limits.RequireKey(Prefix + normalised, isNull: false, _maxKeyLength, nameof(prefix));
        return new KeySpace(Prefix + normalised, _maxKeyLength);
    }

    /// <summary>Gives a prefix exactly one separator at its end.</summary>
    public static string Normalise([NotNull] string? prefix, string parameter)
    {
        ArgumentNullException.ThrowIfNull(prefix, parameter);
        var trimmed = prefix.EndsWith(Separator) ? prefix[..^1] : prefix;
        if (trimmed.Length == 0)
        {
            throw new ArgumentException("A prefix must not be empty.", parameter);
        }

        return trimmed + Separator;
    }

    /// <summary>Gets the whole key as a string, checked, and gives the key's buffer back.</summary>
    public string Resolve(CacheKey key, [CallerArgumentExpression(nameof(key))] string? parameter = null)
    {
        string full;
        var text = key.Text;
        if (Prefix.Length == 0)
        {
            full = key.Original ?? text.ToString();
        }
        else
        {
            RequireNotEmpty(key, text, parameter!);
            full = string.Concat(Prefix, text);
        }

        var isNull = key.IsNull;
        key.Release();
        Limits.RequireKey(full, isNull, _maxKeyLength, parameter!);
        return full;
    }

    public string[] ResolveMany(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var full = keys is ICollection<string> known ? new List<string>(known.Count) : [];
        foreach (var key in keys)
        {
            full.Add(Resolve(key, nameof(keys)));
        }

        return [.. full];
    }

    public string Strip(string fullKey) => Prefix.Length == 0 ? fullKey : fullKey[Prefix.Length..];

    public KeyFilter Filter(string pattern) => new(Prefix, GlobPattern.Parse(pattern));

    public KeyFilter Everything => new(Prefix, GlobPattern.All);

    private static void RequireNotEmpty(CacheKey key, ReadOnlySpan<char> text, string parameter)
    {
        if (text.IsEmpty)
        {
            var isNull = key.IsNull;
            key.Release();
            Limits.RequireKey(default, isNull, int.MaxValue, parameter);
        }
    }
}
