namespace Larder.Diagnostics;

/// <summary>
/// Exact counters that many threads increment: each thread has cells of its own, which nobody else writes, so that counting costs a plain
/// addition; a sum is taken when somebody asks. What a thread counted is kept when it ends.
/// </summary>
#pragma warning disable MA0055 // Finalizers are what tells the end of a thread, and of the last reader of a cache's statistics.
internal sealed class StripedCounters
{
    private const int Width = 32;

    private static readonly Lock s_gate = new();
    private static readonly List<WeakReference<ThreadCells>> s_threads = [];
    private static readonly Stack<int> s_freeOffsets = [];
    private static long[] s_ended = [];
    private static int s_nextOffset;

    [ThreadStatic]
    private static ThreadCells? s_mine;

    private readonly int _offset;

    public StripedCounters()
    {
        lock (s_gate)
        {
            if (!s_freeOffsets.TryPop(out _offset))
            {
                _offset = s_nextOffset;
                s_nextOffset += Width;
            }
        }
    }

    /// <summary>Gives the cells back when no statistics can be asked for any more.</summary>
    ~StripedCounters()
    {
        lock (s_gate)
        {
            Clear(s_ended);
            foreach (var thread in s_threads)
            {
                if (thread.TryGetTarget(out var cells))
                {
                    Clear(cells.Values);
                }
            }

            s_freeOffsets.Push(_offset);
        }
    }

    public long this[Counter counter]
    {
        get
        {
            var index = _offset + (int)counter;
            lock (s_gate)
            {
                var sum = CellOf(s_ended, index);
                foreach (var thread in s_threads)
                {
                    sum += thread.TryGetTarget(out var cells) ? CellOf(cells.Values, index) : 0;
                }

                return sum;
            }
        }
    }

    public void Increment(Counter counter) => Add(counter, 1);

    public void Add(Counter counter, long amount)
    {
        var index = _offset + (int)counter;
        if (s_mine is { } mine && (uint)index < (uint)mine.Values.Length)
        {
            mine.Values[index] += amount;
            return;
        }

        GrowMine(_offset + Width)[index] += amount;
    }

    private static long CellOf(long[] cells, int index) => index < cells.Length ? Volatile.Read(ref cells[index]) : 0;

    private void Clear(long[] cells)
    {
        if (cells.Length > _offset)
        {
            Array.Clear(cells, _offset, Math.Min(Width, cells.Length - _offset));
        }
    }

    private static long[] GrowMine(int length)
    {
        lock (s_gate)
        {
            if (s_mine is null)
            {
                s_mine = new ThreadCells();

                // Followed until its finalizer has run, so that nothing it counted is ever missing from a sum.
                s_threads.Add(new WeakReference<ThreadCells>(s_mine, trackResurrection: true));
            }

            var grown = new long[Math.Max(length, s_nextOffset)];
            s_mine.Values.CopyTo(grown, 0);
            return s_mine.Values = grown;
        }
    }

    /// <summary>The cells of one thread.</summary>
    private sealed class ThreadCells
    {
        public long[] Values { get; set; } = [];

        /// <summary>Keeps what the thread counted; it has ended.</summary>
        ~ThreadCells()
        {
            lock (s_gate)
            {
                if (s_ended.Length < Values.Length)
                {
                    Array.Resize(ref s_ended, Values.Length);
                }

                for (var i = 0; i < Values.Length; i++)
                {
                    s_ended[i] += Values[i];
                }

                Values = [];
                s_threads.RemoveAll(thread => !thread.TryGetTarget(out var cells) || ReferenceEquals(cells, this));
            }
        }
    }
}
#pragma warning restore MA0055
