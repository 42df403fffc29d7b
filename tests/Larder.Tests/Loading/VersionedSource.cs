namespace Larder.Tests.Loading;

/// <summary>
/// What a cache is in front of: a version for each key. It knows which version the cache must not go below: the one that was current when an
/// invalidation of the key began that has returned.
/// </summary>
internal sealed class VersionedSource(int keys)
{
    private readonly long[] _versions = new long[keys];
    private readonly long[] _floors = new long[keys];
    private readonly SemaphoreSlim[] _writers = [.. Enumerable.Range(0, keys).Select(_ => new SemaphoreSlim(1))];
    private long _checks;
    private long _wrong;

    public int Keys => keys;

    public long Checks => Volatile.Read(ref _checks);

    public long Wrong => Volatile.Read(ref _wrong);

    public static string NameOf(int key) => $"k:{key}";

    public static int KeyOf(string name) => int.Parse(name[2..], System.Globalization.CultureInfo.InvariantCulture);

    public long Read(int key) => Volatile.Read(ref _versions[key]);

    /// <summary>Gets what a reader that begins now must get at least.</summary>
    public long Floor(int key) => Volatile.Read(ref _floors[key]);

    public void Check(long floor, long value)
    {
        Interlocked.Increment(ref _checks);
        if (value < floor)
        {
            Interlocked.Increment(ref _wrong);
        }
    }

    /// <summary>Writes a new version of a key, and has the cache told of it. One writer of a key at a time, as in a database.</summary>
    public async Task WriteAsync(int key, Func<long, Task> invalidate)
    {
        await _writers[key].WaitAsync();
        try
        {
            var version = Interlocked.Increment(ref _versions[key]);
            await invalidate(version);
            Volatile.Write(ref _floors[key], version);
        }
        finally
        {
            _writers[key].Release();
        }
    }
}
