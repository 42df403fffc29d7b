namespace Larder.Redis.Connections;

/// <summary>
/// Remembers which keys had large values when they were last read or written. How large a value is shows only when it comes; who reads one large value once will
/// read it again. A small table that forgets: a wrong answer costs time and nothing else.
/// </summary>
internal sealed class LargeKeys
{
    private const int Size = 1024;

    private readonly ulong[] _hashes = new ulong[Size];
    private bool _isEmpty = true;

    public bool Contains(ReadOnlySpan<byte> key)
    {
        if (_isEmpty)
        {
            return false;
        }

        var hash = HashOf(key);
        return Volatile.Read(ref _hashes[hash % Size]) == hash;
    }

    public void Add(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
        {
            return;
        }

        var hash = HashOf(key);
        Volatile.Write(ref _hashes[hash % Size], hash);
        _isEmpty = false;
    }

    private static ulong HashOf(ReadOnlySpan<byte> key)
    {
        var hash = 14695981039346656037UL;
        foreach (var single in key)
        {
            hash = (hash ^ single) * 1099511628211UL;
        }

        return hash;
    }
}
