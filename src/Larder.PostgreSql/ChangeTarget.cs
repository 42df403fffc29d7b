using Larder.Invalidation;
using Larder.Store;

namespace Larder.PostgreSql;

/// <summary>What a listener does with what it hears: names rows as the stores of the cache do, and drops them.</summary>
internal sealed class ChangeTarget
{
    private readonly StoreCore _stores;
    private readonly Dictionary<string, StoreSpace> _spaces = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);
    private long _rows;
    private long _tables;
    private long _flushes;
    private long _failures;

    public ChangeTarget(StoreCore stores, PostgresChangeOptions options)
    {
        _stores = stores;
        foreach (var (table, store) in options.Tables)
        {
            _spaces[PostgresName.Full(table)] = new StoreSpace(store);
        }
    }

    public TimeProvider Time => _stores.Time;

    /// <summary>Gets the tables, with their schemas.</summary>
    public IReadOnlyCollection<string> Tables => _spaces.Keys;

    /// <summary>Takes note of a row that has changed.</summary>
    /// <param name="table">Its table, with the schema.</param>
    /// <param name="id">The values of its key as text, in the order of the columns.</param>
    public void Add(string table, IReadOnlyList<string?> id)
    {
        if (_spaces.TryGetValue(table, out var space))
        {
            _rows++;
            _keys.Add(space.RowKey(StoreId.Of([.. id])));
            _tags.Add(space.QueryTag);
        }
    }

    /// <summary>Takes note of a table of which any row may have changed.</summary>
    public void AddTable(string table)
    {
        if (_spaces.TryGetValue(table, out var space))
        {
            _tables++;
            _tags.Add(space.RowTag);
            _tags.Add(space.QueryTag);
        }
    }

    /// <summary>Drops what was noted.</summary>
    /// <exception cref="CacheException">The cache cannot be told now.</exception>
    public async ValueTask DropAsync(CancellationToken cancellationToken)
    {
        if (_keys.Count + _tags.Count == 0)
        {
            return;
        }

        var plan = new InvalidationPlan([.. _keys], [], [.. _tags]);
        _keys.Clear();
        _tags.Clear();
        await _stores.InvalidateAsync(plan, isStrict: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops all rows and queries of all tables: something may have been missed.</summary>
    /// <exception cref="CacheException">The cache cannot be told now.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _keys.Clear();
        _tags.Clear();
        Interlocked.Increment(ref _flushes);
        return _stores.InvalidateAsync(new InvalidationPlan([], [], [.. _spaces.Values.SelectMany(space => new[] { space.RowTag, space.QueryTag })]), isStrict: true, cancellationToken);
    }

    public void Fail(string channel, Exception exception)
    {
        Interlocked.Increment(ref _failures);
        _stores.Diagnostics.TierFailed("listen", channel, exception);
    }

    public PostgresChangeStatistics Snapshot() => new()
    {
        Rows = Volatile.Read(ref _rows), Tables = Volatile.Read(ref _tables), Flushes = Volatile.Read(ref _flushes), Failures = Volatile.Read(ref _failures),
    };
}
