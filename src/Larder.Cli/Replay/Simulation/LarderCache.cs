namespace Larder.Cli.Replay.Simulation;

/// <summary>Not a simulator but the library itself, through its public interface: a read, and a write after a miss.</summary>
internal sealed class LarderCache : IPolicySimulator, IDisposable
{
    /// <summary>The least that <see cref="MemoryOptions.MaxBytes"/> accepts; smaller capacities are replayed with all weights multiplied.</summary>
    private const long LeastBytes = 64 * 1024;

    private readonly ICache _cache;
    private readonly string[] _keys;
    private readonly TraceObject[] _objects;
    private readonly long _capacity;
    private readonly long _scale = 1;
    private readonly bool _isWeighted;

    private LarderCache(Action<MemoryOptions> configure, string[] keys, TraceObject[] objects, long capacity, bool isWeighted)
    {
        _keys = keys;
        _objects = objects;
        _capacity = capacity;
        _isWeighted = isWeighted;
        _scale = isWeighted ? Math.Max(1, (LeastBytes + capacity - 1) / capacity) : 1;
        _cache = Cache.InMemory(options =>
        {
            options.TimeToLive = CacheTtl.Never;
            configure(options.Memory);
            if (isWeighted)
            {
                options.Memory.MaxBytes = capacity * _scale;
                options.Memory.Weigher = (_, value) => ((TraceObject)value!).Size * _scale;
            }
        });
    }

    /// <summary>Gets by how much the cache exceeds its capacity, as a fraction of it; zero or below when it does not.</summary>
    public double Excess
    {
        get
        {
            var now = _cache.Statistics.Snapshot();
            return ((double)(_isWeighted ? now.Bytes / _scale : now.Entries) / _capacity) - 1;
        }
    }

    /// <summary>Makes a cache that only the number of its entries bounds.</summary>
    public static LarderCache OfEntries(int capacity, string[] keys, TraceObject[] objects) =>
        new(
            memory =>
            {
                memory.MaxEntries = capacity;
                memory.MaxBytes = long.MaxValue;
            },
            keys,
            objects,
            capacity,
            isWeighted: false);

    /// <summary>Makes a cache that only the sizes of its objects bound.</summary>
    public static LarderCache OfBytes(long capacity, string[] keys, TraceObject[] objects) =>
        new(memory => memory.MaxEntries = Math.Max(memory.MaxEntries, keys.Length), keys, objects, capacity, isWeighted: true);

    public bool Access(int id)
    {
        if (_cache.TryGet<TraceObject>(_keys[id], out _))
        {
            return true;
        }

        var write = _cache.SetAsync(_keys[id], _objects[id]);
        return write.IsCompletedSuccessfully ? false : throw new InvalidOperationException("A write to memory alone has to complete at once.");
    }

    public void Dispose() => _cache.Dispose();
}
