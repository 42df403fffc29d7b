namespace Larder.Memory;

/// <summary>
/// A tag as entries hold it: the points on the tag clock at which it was last invalidated. Counted by reference; a tag that is retired,
/// because nothing referred to it, is not used again.
/// </summary>
internal sealed class Tag(string name)
{
    private const int Retired = -1;

    private long _invalidatedAt;
    private long _staledAt;
    private int _references;

    public string Name { get; } = name;

    public long InvalidatedAt => Volatile.Read(ref _invalidatedAt);

    public long StaledAt => Volatile.Read(ref _staledAt);

    /// <summary>Gets how many entries and loads refer to the tag; negative when it is retired.</summary>
    public int References => Volatile.Read(ref _references);

    public bool TryAddReference()
    {
        while (true)
        {
            var references = Volatile.Read(ref _references);
            if (references == Retired)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _references, references + 1, references) == references)
            {
                return true;
            }
        }
    }

    public void Release() => Interlocked.Decrement(ref _references);

    public bool TryRetire() => Interlocked.CompareExchange(ref _references, Retired, 0) == 0;

    /// <summary>Takes <see cref="TryRetire"/> back; who wanted the tag meanwhile has waited.</summary>
    public void Revive() => Volatile.Write(ref _references, 0);

    public void Invalidate(long at) => Raise(ref _invalidatedAt, at);

    public void MarkStale(long at) => Raise(ref _staledAt, at);

    private static void Raise(ref long field, long to)
    {
        var seen = Volatile.Read(ref field);
        while (seen < to)
        {
            var before = Interlocked.CompareExchange(ref field, to, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
