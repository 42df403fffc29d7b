namespace Larder.Memory;

/// <summary>
/// W-TinyLFU whose hits only set a mark: new entries pass through a window; one that leaves it stays only if it was seen more often than
/// the entry that would have to go. Window and main space are clocks, which give a marked entry another round.
/// </summary>
/// <remarks>
/// <para>1. A new entry goes to the newest end of the window, and its key is added to the sketch.</para>
/// <para>2. When the window is too long, its oldest entry, if marked, loses the mark, is added to the sketch and goes round again; otherwise it is the candidate.</para>
/// <para>3. While there is room the candidate goes on probation. Otherwise the victim is looked for: the oldest on probation; those that are marked are
/// promoted to the protected space, which hands its oldest back when it is longer than four fifths of the main space.</para>
/// <para>4. The candidate is admitted if the sketch has seen it more often than the victim, or, rarely and at random, if it was seen often: so that
/// nobody can block the cache with keys that were made to look frequent.</para>
/// <para>5. The share of the window follows the traffic; see <see cref="WindowTuner"/>. A key that comes back soon after it was rejected, which a larger window would
/// have kept, is a ghost hit.</para>
/// <para>
/// Einziger, Friedman, Manes: TinyLFU: A Highly Efficient Cache Admission Policy, ACM Transactions on Storage 2017; Corbató: A Paging Experiment with
/// the Multics System, 1968 (the clock); Karedla, Love, Wherry: Caching Strategies to Improve Disk System Performance, 1994 (the segments).
/// </para>
/// </remarks>
internal sealed class TinyLfuOrder(MemoryShard shard, WindowTuner tuner) : EvictionOrder(shard)
{
    private const double ProtectedShare = 0.8;
    private const int FrequentEnough = 5;
    private const uint OneIn = 128;
    private const int MovesPerAdjustment = 256;
    private const int MaxDisplaced = 64;

    private readonly FrequencySketch _sketch = new();
    private readonly GhostTable _rejected = new();
    private SlotList _window;
    private SlotList _probation;
    private SlotList _protected;
    private int _windowMax = 1;
    private int _protectedMax;
    private double _share = double.NaN;
    private readonly int _missesPerReport = Math.Clamp(shard.Capacity / 4, 16, 256);
    private int _misses;
    private int _ghostHits;
    private int _latest;
    private int _capacity = shard.Capacity;
    private uint _random = 2463534242;

    public override IEnumerable<(Region Region, SlotList List)> Lists => [(Region.Window, _window), (Region.Probation, _probation), (Region.Protected, _protected)];

    public override void Add(int index)
    {
        ref var slot = ref Shard.Slots[index];
        slot.Region = Region.Window;
        _latest = index;
        _window.AddNewest(Shard.Links, index);
        _sketch.Add(slot.Hash);
        if (tuner.IsGhostInSample(slot.Hash) && _rejected.Remove(slot.Hash))
        {
            _ghostHits++;
        }

        if (++_misses % _missesPerReport == 0)
        {
            tuner.CountMisses(_missesPerReport, _ghostHits);
            _ghostHits = 0;
        }

        AdjustWindow();
        while (_window.Count > _windowMax && _window.Count + _probation.Count + _protected.Count <= Shard.Capacity && !Shard.IsTooHeavy)
        {
            // There is room: what falls out of the window goes on probation without a contest.
            Move(ref _window, ref _probation, Region.Probation, OldestOfWindow());
        }
    }

    public override void Update(int index) => Shard.Slots[index].Accessed = 1;

    public override void Remove(int index) => ListOf(Shard.Slots[index].Region).Remove(Shard.Links, index);

    public override int Evict()
    {
        if (_window.Count > _windowMax || _probation.Count + _protected.Count == 0)
        {
            var candidate = OldestOfWindow();
            if (candidate == 0)
            {
                return 0;
            }

            var victim = FindVictim();
            if (victim == 0 || !IsAdmitted(candidate, victim))
            {
                _window.Remove(Shard.Links, candidate);
                if (!Shard.IsTooHeavy && tuner.IsGhostInSample(Shard.Slots[candidate].Hash))
                {
                    // Where weight is short, slots do not tell how many more entries would have fitted.
                    _rejected.Add(Shard.Slots[candidate].Hash);
                }

                return candidate;
            }

            Remove(victim);
            Move(ref _window, ref _probation, Region.Probation, candidate);
            return victim;
        }

        var main = FindVictim();
        if (main != 0)
        {
            Remove(main);
        }

        return main;
    }

    public override void Resize(int capacity)
    {
        _sketch.EnsureCapacity(capacity);

        // A table begins with more slots than a very small cache has entries; a key lost longer ago than a cacheful says nothing.
        _rejected.EnsureCapacity(Math.Min(capacity, Shard.Capacity) / tuner.SampleOneIn);
    }

    public override void Clear()
    {
        _window = _probation = _protected = default;
        _sketch.Clear();
        _rejected.Clear();
    }

    private bool IsAdmitted(int candidate, int victim)
    {
        var frequency = _sketch.Estimate(Shard.Slots[candidate].Hash);
        if (frequency > FrequencyDisplaced(candidate, victim))
        {
            return true;
        }

        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return frequency > FrequentEnough && _random % OneIn == 0;
    }

    /// <summary>
    /// Estimates what admitting a candidate would cost: the frequency of the victim, and, where it is weight that is short, of the further ones that
    /// would have to follow it.
    /// </summary>
    private int FrequencyDisplaced(int candidate, int victim)
    {
        var slots = Shard.Slots;
        var frequency = _sketch.Estimate(slots[victim].Hash);
        if (!Shard.IsTooHeavy)
        {
            return frequency;
        }

        var missing = slots[candidate].Weight - slots[victim].Weight;
        var next = Shard.Links[victim].Newer;
        for (var seen = 1; missing > 0 && next != 0 && seen < MaxDisplaced; seen++)
        {
            frequency += _sketch.Estimate(slots[next].Hash) + slots[next].Accessed;
            missing -= slots[next].Weight;
            next = Shard.Links[next].Newer;
        }

        return frequency;
    }

    /// <summary>
    /// Finds the oldest entry of the window that was not used since it was last looked at; each is looked at twice at most. What was added
    /// last is passed over: who stores a value may count on finding it.
    /// </summary>
    private int OldestOfWindow()
    {
        for (var turns = 2 * _window.Count; turns > 0 && ((_window.Oldest == _latest && _window.Count > 1) || Unmark(_window.Oldest)); turns--)
        {
            Move(ref _window, ref _window, Region.Window, _window.Oldest);
        }

        return _window.Oldest;
    }

    private int FindVictim()
    {
        for (var turns = 64 + (2 * (_probation.Count + _protected.Count)); turns > 0; turns--)
        {
            if (_protected.Count > _protectedMax || _probation.Count == 0)
            {
                var oldest = _protected.Oldest;
                if (oldest == 0)
                {
                    return 0;
                }

                if (Unmark(oldest))
                {
                    Move(ref _protected, ref _protected, Region.Protected, oldest);
                }
                else if (_probation.Count == 0)
                {
                    return oldest;
                }
                else
                {
                    Move(ref _protected, ref _probation, Region.Probation, oldest);
                }
            }
            else if (Unmark(_probation.Oldest))
            {
                Move(ref _probation, ref _protected, Region.Protected, _probation.Oldest);
            }
            else
            {
                return _probation.Oldest;
            }
        }

        return _probation.Oldest != 0 ? _probation.Oldest : _protected.Oldest;
    }

    private bool Unmark(int index)
    {
        ref var slot = ref Shard.Slots[index];
        if (index == 0 || slot.Accessed == 0)
        {
            return false;
        }

        slot.Accessed = 0;
        _sketch.Add(slot.Hash);
        return true;
    }

    private void Move(ref SlotList from, ref SlotList to, Region region, int index)
    {
        from.Remove(Shard.Links, index);
        Shard.Slots[index].Region = region;
        to.AddNewest(Shard.Links, index);
    }

    private ref SlotList ListOf(Region region)
    {
        switch (region)
        {
            case Region.Window:
                return ref _window;
            case Region.Probation:
                return ref _probation;
            default:
                return ref _protected;
        }
    }

    /// <summary>Follows the tuner, some entries at a time: a window that grows takes what is coldest on probation, one that shrinks hands over its oldest.</summary>
    private void AdjustWindow()
    {
        // Where weight is short, as many entries as there are is all that there is room for.
        var capacity = Shard.IsTooHeavy ? Shard.Count : Math.Max(_capacity, Shard.Count);
        var share = tuner.Share;
        if (share != _share || capacity != _capacity)
        {
            _share = share;
            _capacity = capacity;
            _windowMax = Math.Max(1, (int)(capacity * share));
            _protectedMax = (int)((capacity - _windowMax) * ProtectedShare);
        }

        for (var moves = MovesPerAdjustment; moves > 0 && _window.Count < _windowMax && _probation.Count > 0; moves--)
        {
            var coldest = _probation.Oldest;
            _probation.Remove(Shard.Links, coldest);
            Shard.Slots[coldest].Region = Region.Window;
            _window.AddOldest(Shard.Links, coldest);
        }

        for (var moves = MovesPerAdjustment; moves > 0 && _window.Count > _windowMax + 1; moves--)
        {
            Move(ref _window, ref _probation, Region.Probation, _window.Oldest);
        }
    }
}
