namespace Larder.HitRatio.Policies;

/// <summary>
/// Three queues in the order of arrival: a small one (10 %) for newcomers, the main one, and ghosts, keys without a value. What was read twice in
/// the small queue moves to the main one, what comes back as a ghost goes there at once, and the main queue spares what was read.
/// Yang et al., FIFO queues are all you need for cache eviction, SOSP 2023; ghosts as many as the main queue holds, as in libCacheSim.
/// </summary>
internal sealed class S3Fifo : IPolicySimulator
{
    private const double SmallShare = 0.1;
    private const int MaxReads = 3;
    private const int ReadsToStay = 2;

    private readonly IdList _small;
    private readonly IdList _main;
    private readonly IdList _ghosts;
    private readonly Place[] _places;
    private readonly byte[] _reads;
    private readonly int _capacity;
    private readonly int _smallCapacity;
    private readonly int _ghostCapacity;

    public S3Fifo(int capacity, int keyCount)
    {
        var newer = new int[keyCount];
        var older = new int[keyCount];
        _small = new IdList(newer, older);
        _main = new IdList(newer, older);
        _ghosts = new IdList(newer, older);
        _places = new Place[keyCount];
        _reads = new byte[keyCount];
        _capacity = capacity;
        _smallCapacity = Math.Max(1, (int)(capacity * SmallShare));
        _ghostCapacity = capacity - _smallCapacity;
    }

    private enum Place : byte
    {
        Nowhere,
        Small,
        Main,
        Ghost,
    }

    public bool Access(int id)
    {
        if (_places[id] is Place.Small or Place.Main)
        {
            _reads[id] = (byte)Math.Min(MaxReads, _reads[id] + 1);
            return true;
        }

        var isGhost = _places[id] == Place.Ghost;
        if (isGhost)
        {
            _ghosts.Remove(id);
            _places[id] = Place.Nowhere;
        }

        while (_small.Count + _main.Count >= _capacity)
        {
            Evict();
        }

        Put(id, isGhost ? Place.Main : Place.Small);
        return false;
    }

    private void Evict()
    {
        if (_small.Count >= _smallCapacity || _main.Count == 0)
        {
            EvictFromSmall();
        }
        else
        {
            EvictFromMain();
        }
    }

    private void EvictFromSmall()
    {
        while (_small.Count > 0)
        {
            var id = _small.RemoveOldest();
            if (_reads[id] < ReadsToStay)
            {
                AddGhost(id);
                return;
            }

            Put(id, Place.Main);
        }
    }

    private void EvictFromMain()
    {
        while (true)
        {
            var id = _main.RemoveOldest();
            if (_reads[id] == 0)
            {
                _places[id] = Place.Nowhere;
                return;
            }

            _reads[id]--;
            _main.AddNewest(id);
        }
    }

    private void Put(int id, Place place)
    {
        _places[id] = place;
        _reads[id] = 0;
        (place == Place.Main ? _main : _small).AddNewest(id);
    }

    private void AddGhost(int id)
    {
        _places[id] = Place.Ghost;
        _ghosts.AddNewest(id);
        if (_ghosts.Count > _ghostCapacity)
        {
            _places[_ghosts.RemoveOldest()] = Place.Nowhere;
        }
    }
}
