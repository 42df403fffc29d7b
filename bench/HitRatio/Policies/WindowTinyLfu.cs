namespace Larder.HitRatio.Policies;

/// <summary>
/// W-TinyLFU with a window that hill climbing fits to the workload, in the shape of Caffeine 3: newcomers pass a window in LRU order; what leaves it
/// is admitted to the main space only if it was accessed more often than what it displaces; the main space has a probation and a protected
/// part (80 %). Einziger, Eytan, Friedman, Manes, Adaptive Software Cache Management, Middleware 2018.
/// </summary>
internal sealed partial class WindowTinyLfu : IPolicySimulator
{
    private const double MainShare = 0.99;
    private const double ProtectedShare = 0.80;

    /// <summary>From this frequency on a candidate is sometimes admitted in spite of losing, so that nobody can keep a victim hot by design.</summary>
    private const int RandomAdmissionFrequency = 6;

    private readonly Weights _weights;
    private readonly long _capacity;
    private readonly FrequencySketch _sketch;
    private readonly Random _random = new(1);
    private readonly Segment[] _segments;
    private readonly IdList _window;
    private readonly IdList _probation;
    private readonly IdList _protected;
    private long _weight;
    private long _windowWeight;
    private long _protectedWeight;
    private long _windowCapacity;
    private long _protectedCapacity;

    public WindowTinyLfu(long capacity, Weights weights)
    {
        _weights = weights;
        _capacity = capacity;
        _sketch = new FrequencySketch((long)(capacity / weights.Mean));
        _segments = new Segment[weights.KeyCount];
        var newer = new int[weights.KeyCount];
        var older = new int[weights.KeyCount];
        _window = new IdList(newer, older);
        _probation = new IdList(newer, older);
        _protected = new IdList(newer, older);
        var main = (long)(capacity * MainShare);
        _windowCapacity = capacity - main;
        _protectedCapacity = (long)(main * ProtectedShare);
        _step = -StepShare * capacity;
    }

    private enum Segment : byte
    {
        Absent,
        Window,
        Probation,
        Protected,
    }

    public bool Access(int id)
    {
        _sketch.Add(id);
        var isHit = _segments[id] != Segment.Absent;
        if (isHit)
        {
            _hits++;
            Touch(id);
        }
        else
        {
            _misses++;
            Insert(id);
        }

        DemoteFromProtected();
        Climb();
        return isHit;
    }

    private void Touch(int id)
    {
        switch (_segments[id])
        {
            case Segment.Window:
                _window.MoveToNewest(id);
                break;
            case Segment.Probation when _weights[id] <= _protectedCapacity:
                Move(id, Segment.Protected);
                break;
            case Segment.Probation:
                _probation.MoveToNewest(id);
                break;
            default:
                _protected.MoveToNewest(id);
                break;
        }
    }

    private void Insert(int id)
    {
        var weight = _weights[id];
        if (weight > _capacity)
        {
            return;
        }

        _segments[id] = Segment.Window;
        _weight += weight;
        _windowWeight += weight;
        if (weight > _windowCapacity)
        {
            _window.AddOldest(id);
        }
        else
        {
            _window.AddNewest(id);
        }

        var candidate = IdList.None;
        while (_windowWeight > _windowCapacity)
        {
            var leaver = _window.Oldest;
            Move(leaver, Segment.Probation);
            candidate = candidate == IdList.None ? leaver : candidate;
        }

        EvictFromMain(candidate);
        if (_weight >= _capacity / 2)
        {
            _sketch.EnsureCapacity(_window.Count + _probation.Count + _protected.Count);
        }
    }

    /// <summary>Compares what has left the window, oldest first, with what was used least recently, until the cache holds no more than it may.</summary>
    private void EvictFromMain(int candidate)
    {
        var victim = _probation.Oldest;
        var isFromWindow = false;
        while (_weight > _capacity)
        {
            if (candidate == IdList.None && !isFromWindow)
            {
                isFromWindow = true;
                candidate = _window.Oldest;
            }

            if (candidate == IdList.None && victim == IdList.None)
            {
                victim = _protected.Oldest != IdList.None ? _protected.Oldest : _window.Oldest;
            }

            var evicted = victim;
            if (victim == IdList.None || victim == candidate || (candidate != IdList.None && !IsAdmitted(candidate, victim)))
            {
                evicted = candidate;
            }

            // A candidate that has become the victim itself ends the row of candidates; the next comes from the window.
            var isVictim = candidate == victim;
            candidate = candidate == IdList.None || isVictim ? IdList.None : NewerThan(candidate);
            victim = evicted == victim ? NewerThan(victim) : victim;
            Evict(evicted);
        }
    }

    private bool IsAdmitted(int candidate, int victim)
    {
        var frequency = _sketch.Estimate(candidate);
        return frequency > _sketch.Estimate(victim) || (frequency >= RandomAdmissionFrequency && (_random.Next() & 127) == 0);
    }

    private void DemoteFromProtected()
    {
        while (_protectedWeight > _protectedCapacity)
        {
            Move(_protected.Oldest, Segment.Probation);
        }
    }

    private int NewerThan(int id) => ListOf(_segments[id]).NewerThan(id);

    private void Evict(int id)
    {
        Leave(id);
        _segments[id] = Segment.Absent;
        _weight -= _weights[id];
    }

    private void Move(int id, Segment segment)
    {
        Leave(id);
        _segments[id] = segment;
        ListOf(segment).AddNewest(id);
        _windowWeight += segment == Segment.Window ? _weights[id] : 0;
        _protectedWeight += segment == Segment.Protected ? _weights[id] : 0;
    }

    private void Leave(int id)
    {
        ListOf(_segments[id]).Remove(id);
        _windowWeight -= _segments[id] == Segment.Window ? _weights[id] : 0;
        _protectedWeight -= _segments[id] == Segment.Protected ? _weights[id] : 0;
    }

    private IdList ListOf(Segment segment) => segment switch
    {
        Segment.Window => _window,
        Segment.Probation => _probation,
        _ => _protected,
    };
}
