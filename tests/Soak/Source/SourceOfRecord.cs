using System.IO.MemoryMappedFiles;

namespace Larder.Soak.Source;

/// <summary>
/// The rows that are cached, in memory that all processes of a run share: for each key the version of the row, and up to which version the
/// invalidation was acknowledged, within each process and for all of them; with the moments, to tell how late a read is.
/// </summary>
internal sealed unsafe class SourceOfRecord : IDisposable
{
    public const int MaxProcesses = 8;
    public const int Counters = 64;
    private const int HotKeys = 256;
    private const int RingLength = 32;
    private const int HeaderLength = 1 + Counters + HotKeys;
    private const int LocalOffset = 3;
    private const int RingOffset = LocalOffset + MaxProcesses;
    private const int RingStride = 4;
    private const int KeyLength = RingOffset + (RingLength * RingStride);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _start;

    private SourceOfRecord(string path, int keys, FileMode mode)
    {
        Path = path;
        Keys = keys;
        _file = MemoryMappedFile.CreateFromFile(path, mode, mapName: null, sizeof(long) * (HeaderLength + ((long)KeyLength * keys)));
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = (long*)start;
    }

    public string Path { get; }

    public int Keys { get; }

    public static SourceOfRecord Create(int keys) =>
        new(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"larder-soak-{Guid.NewGuid():N}"), keys, FileMode.CreateNew);

    public static SourceOfRecord Open(string path, int keys) => new(path, keys, FileMode.Open);

    /// <summary>Gets a number that all processes see, for interlocked operations.</summary>
    public ref long Counter(int index) => ref _start[1 + index];

    public long VersionOf(int key) => Volatile.Read(ref Row(key));

    public bool TryLock(int key) => Interlocked.CompareExchange(ref Lock(key), 1, 0) == 0;

    public void Unlock(int key) => Volatile.Write(ref Lock(key), 0);

    /// <summary>Writes the row: its version is one higher. The caller has the lock of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="writer">The number of the process that writes.</param>
    /// <param name="kind">How the key will be invalidated.</param>
    /// <returns>The new version.</returns>
    public long Raise(int key, int writer, InvalidationKind kind)
    {
        var hot = (ulong)Interlocked.Increment(ref _start[0]) % HotKeys;
        Volatile.Write(ref _start[1 + Counters + (int)hot], key);
        var version = VersionOf(key) + 1;
        var ring = Ring(key, version);
        Volatile.Write(ref ring[1], 0);
        Volatile.Write(ref ring[2], 0);
        Volatile.Write(ref ring[3], ((long)kind << 8) | (long)writer);
        Volatile.Write(ref ring[0], version);
        Volatile.Write(ref Row(key), version);
        return version;
    }

    /// <summary>Notes that the invalidation for a version was acknowledged: within one process.</summary>
    public void AcknowledgeIn(int process, int key, long version, long moment)
    {
        NoteMoment(key, version, 1, moment);
        RaiseTo(ref Local(key, process), version);
    }

    /// <summary>Notes that the invalidation for a version was acknowledged: for all processes.</summary>
    public void AcknowledgeForAll(int key, long version, long moment)
    {
        NoteMoment(key, version, 2, moment);
        RaiseTo(ref All(key), version);
    }

    /// <summary>Gets the version below which a read that begins now must not be.</summary>
    public (long Within, long ForAll) Floor(int key, int process) => (Volatile.Read(ref Local(key, process)), Volatile.Read(ref All(key)));

    /// <summary>Tells which acknowledgement a stale version fell behind first, and when; one long ago may have been forgotten, and a later one is told.</summary>
    /// <param name="key">The key.</param>
    /// <param name="staleVersion">The version.</param>
    /// <param name="floor">The version that was asked for.</param>
    /// <param name="within">The process whose own acknowledgements count; <see langword="null"/> for those that count for all.</param>
    public Supersession SupersededBy(int key, long staleVersion, long floor, int? within)
    {
        Supersession? first = null;
        for (var version = Math.Max(staleVersion + 1, floor - RingLength + 2); version <= floor; version++)
        {
            var ring = Ring(key, version);
            var info = Volatile.Read(ref ring[3]);
            var moment = Volatile.Read(ref ring[within is null ? 2 : 1]);
            if (moment != 0 && Volatile.Read(ref ring[0]) == version && (within is null || within == (int)(info & 0xFF)) && (first is null || moment < first.Moment))
            {
                first = new Supersession(version, moment, (int)(info & 0xFF), (InvalidationKind)(info >> 8));
            }
        }

        return first ?? new Supersession(floor, 0, -1, InvalidationKind.Remove);
    }

    /// <summary>Gets a key that was written a moment ago, or is being written.</summary>
    public int RecentlyWritten(int random) => (int)Volatile.Read(ref _start[1 + Counters + (random % HotKeys)]);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Removes the file, once no process needs it.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(Path);
    }

    private static void RaiseTo(ref long place, long version)
    {
        for (var now = Volatile.Read(ref place); now < version;)
        {
            var found = Interlocked.CompareExchange(ref place, version, now);
            if (found == now)
            {
                return;
            }

            now = found;
        }
    }

    private void NoteMoment(int key, long version, int field, long moment)
    {
        var ring = Ring(key, version);
        if (Volatile.Read(ref ring[0]) == version)
        {
            Volatile.Write(ref ring[field], moment);
        }
    }

    private ref long Row(int key) => ref KeyStart(key)[0];

    private ref long All(int key) => ref KeyStart(key)[1];

    private ref long Lock(int key) => ref KeyStart(key)[2];

    private ref long Local(int key, int process) => ref KeyStart(key)[LocalOffset + process];

    private long* Ring(int key, long version) => KeyStart(key) + RingOffset + (version % RingLength * RingStride);

    private long* KeyStart(int key) => _start + HeaderLength + ((long)KeyLength * key);
}
