using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>The keys of a cell: each belongs to a group, which has a tag and a pattern.</summary>
internal sealed class KeySpace
{
    public const int GroupSize = 10;
    private readonly string[] _keys;
    private readonly CacheEntryOptions[] _options;

    public KeySpace(int keys)
    {
        _keys = [.. Enumerable.Range(0, keys).Select(key => FormattableString.Invariant($"row:{key / GroupSize}:{key}"))];
        _options = [.. Enumerable.Range(0, (keys + GroupSize - 1) / GroupSize).Select(group => new CacheEntryOptions { Tags = [TagOf(group)] })];
    }

    public int Count => _keys.Length;

    public int Groups => _options.Length;

    public static string TagOf(int group) => FormattableString.Invariant($"group:{group}");

    public static string PatternOf(int group) => FormattableString.Invariant($"row:{group}:*");

    /// <summary>Whether only the loader knows the tag of the group.</summary>
    public static bool IsTaggedByLoader(int key) => key / GroupSize % 3 == 0;

    public string NameOf(int key) => _keys[key];

    /// <summary>The options of a read.</summary>
    public CacheEntryOptions OptionsOf(int key) => IsTaggedByLoader(key) ? default : WriteOptionsOf(key);

    public CacheEntryOptions WriteOptionsOf(int key) => _options[key / GroupSize];

    public IEnumerable<int> KeysOf(int group) => Enumerable.Range(group * GroupSize, Math.Min(GroupSize, _keys.Length - (group * GroupSize)));
}
