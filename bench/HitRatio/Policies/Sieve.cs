namespace Larder.HitRatio.Policies;

/// <summary>
/// A queue in the order of arrival and a hand that moves from the oldest to the newest: it spares what was read since it last passed by, and
/// evicts the first that was not. Zhang et al., SIEVE is Simpler than LRU, NSDI 2024.
/// </summary>
internal sealed class Sieve(int capacity, int keyCount) : IPolicySimulator
{
    private readonly IdList _list = new(new int[keyCount], new int[keyCount]);
    private readonly bool[] _isHeld = new bool[keyCount];
    private readonly bool[] _wasRead = new bool[keyCount];
    private int _hand = IdList.None;

    public bool Access(int id)
    {
        if (_isHeld[id])
        {
            _wasRead[id] = true;
            return true;
        }

        if (_list.Count >= capacity)
        {
            Evict();
        }

        _isHeld[id] = true;
        _wasRead[id] = false;
        _list.AddNewest(id);
        return false;
    }

    private void Evict()
    {
        var victim = _hand == IdList.None ? _list.Oldest : _hand;
        while (_wasRead[victim])
        {
            _wasRead[victim] = false;
            victim = _list.NewerThan(victim);
            if (victim == IdList.None)
            {
                victim = _list.Oldest;
            }
        }

        _hand = _list.NewerThan(victim);
        _list.Remove(victim);
        _isHeld[victim] = false;
    }
}
