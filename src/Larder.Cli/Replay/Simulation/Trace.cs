using System.Globalization;

namespace Larder.Cli.Replay.Simulation;

/// <summary>A row of accesses to keys, which are dense numbers in the order of their first access.</summary>
internal sealed class Trace
{
    private readonly Lazy<int[]> _nextAccess;
    private readonly Lazy<string[]> _keys;
    private readonly Lazy<TraceObject[]> _objects;

    /// <summary>Numbers the keys anew.</summary>
    /// <param name="name">The name of the trace.</param>
    /// <param name="accesses">The keys.</param>
    /// <param name="sizes">The size of the object at each access, if it is known. An object keeps the size of its first access.</param>
    public Trace(string name, IReadOnlyList<ulong> accesses, IReadOnlyList<ulong>? sizes = null)
    {
        Name = name;
        Ids = new int[accesses.Count];
        var numbers = new Dictionary<ulong, int>();
        var sizeOfKeys = new List<int>();
        for (var i = 0; i < accesses.Count; i++)
        {
            if (numbers.TryAdd(accesses[i], numbers.Count))
            {
                sizeOfKeys.Add(sizes is null ? 1 : (int)Math.Clamp(sizes[i], 1, int.MaxValue));
            }

            Ids[i] = numbers[accesses[i]];
        }

        KeyCount = numbers.Count;
        HasSizes = sizes is not null;
        EqualWeights = new Weights(KeyCount);
        SizeWeights = HasSizes ? new Weights(KeyCount, [.. sizeOfKeys]) : EqualWeights;
        _nextAccess = new Lazy<int[]>(() => Belady.FindNextAccess(Ids, KeyCount));
        _keys = new Lazy<string[]>(() => [.. Enumerable.Range(0, KeyCount).Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        _objects = new Lazy<TraceObject[]>(() => [.. Enumerable.Range(0, KeyCount).Select(id => new TraceObject(SizeWeights[id]))]);
    }

    public string Name { get; }

    public int[] Ids { get; }

    public int KeyCount { get; }

    public bool HasSizes { get; }

    public Weights EqualWeights { get; }

    public Weights SizeWeights { get; }

    /// <summary>Gets when the key of each access is accessed again.</summary>
    public int[] NextAccess => _nextAccess.Value;

    /// <summary>Gets the keys as the library takes them, made once, so that a replay is about the policy.</summary>
    public string[] Keys => _keys.Value;

    /// <summary>Gets the values of the keys.</summary>
    public TraceObject[] Objects => _objects.Value;
}
