namespace Larder.Cli.Replay.Simulation;

/// <summary>Evicts what was not read for the longest time.</summary>
internal sealed class LeastRecentlyUsed(long capacity, Weights weights) : IPolicySimulator
{
    private readonly IdList _list = new(new int[weights.KeyCount], new int[weights.KeyCount]);
    private readonly bool[] _isHeld = new bool[weights.KeyCount];
    private long _weight;

    public bool Access(int id)
    {
        if (_isHeld[id])
        {
            _list.MoveToNewest(id);
            return true;
        }

        if (weights[id] <= capacity)
        {
            _isHeld[id] = true;
            _list.AddNewest(id);
            _weight += weights[id];
        }

        while (_weight > capacity)
        {
            var victim = _list.RemoveOldest();
            _isHeld[victim] = false;
            _weight -= weights[victim];
        }

        return false;
    }
}
