namespace Larder.Cli.Replay.Simulation;

/// <summary>
/// The best that any policy could do with objects of one size: it knows the future, evicts what is read furthest ahead, and does not store what is
/// read later than all that it holds. Belady, A study of replacement algorithms for a virtual-storage computer, 1966.
/// </summary>
/// <remarks>A held key is represented by the time of its next access, so that the accesses must come in the order of the trace.</remarks>
internal sealed class Belady(int capacity, int[] nextAccess) : IPolicySimulator
{
    /// <summary>The next access of a key that is not read again.</summary>
    public const int Never = int.MaxValue;

    private readonly TimeSet _held = new(nextAccess.Length);
    private int _now;
    private int _count;

    public bool Access(int id)
    {
        var isHit = _held.Contains(_now);
        if (isHit)
        {
            _held.Remove(_now);
            _count--;
        }

        var next = nextAccess[_now++];
        if (next != Never)
        {
            Offer(next);
        }

        return isHit;
    }

    /// <summary>Finds for each access of a trace when the same key is accessed next.</summary>
    public static int[] FindNextAccess(int[] ids, int keyCount)
    {
        var next = new int[ids.Length];
        var latest = new int[keyCount];
        Array.Fill(latest, Never);
        for (var time = ids.Length - 1; time >= 0; time--)
        {
            next[time] = latest[ids[time]];
            latest[ids[time]] = time;
        }

        return next;
    }

    private void Offer(int next)
    {
        if (_count < capacity)
        {
            _count++;
        }
        else
        {
            var furthest = _held.Latest;
            if (furthest < next)
            {
                return;
            }

            _held.Remove(furthest);
        }

        _held.Add(next);
    }
}
