using Larder.Keys;

namespace Larder.Store;

/// <summary>
/// The keys and tags of one store, in a cache whose prefix goes before them all: <c>{store}:{id}</c> for rows, <c>{store}:query:{hash}</c> for queries. This is the only place that makes them,
/// for reads and for invalidations.
/// </summary>
internal sealed class StoreSpace
{
    private readonly string _prefix;

    /// <summary>Makes the space of a store.</summary>
    /// <param name="name">What the rows are: <c>users</c>. Without <c>:</c>, which ends it.</param>
    /// <param name="consistency">What is promised when rows change.</param>
    /// <param name="counters">What counts, see <see cref="StoreCore.CountersOf"/>. Default: counters that nobody shows.</param>
    /// <exception cref="ArgumentException">The name is empty, too long, or holds a colon.</exception>
    public StoreSpace(string name, StoreConsistency consistency = StoreConsistency.AfterCommit, StoreCounters? counters = null)
    {
        Limits.RequireTag(name, 256);
        if (name.Contains(KeySpace.Separator))
        {
            throw new ArgumentException($"The name of a store is '{name}', and must not hold ':', which separates it from the ids of its rows.", nameof(name));
        }

        (Name, IsStrict, HasOutbox) = (name, consistency == StoreConsistency.Strict, consistency == StoreConsistency.Outbox);
        Counters = counters ?? new StoreCounters();
        _prefix = name + KeySpace.Separator;
        (RowTags, QueryTags) = ([_prefix + "row"], [_prefix + "query"]);
    }

    public string Name { get; }

    /// <summary>Gets whether writers put intents before they write.</summary>
    public bool IsStrict { get; }

    /// <summary>Gets whether what writers invalidate is committed with their transactions.</summary>
    public bool HasOutbox { get; }

    /// <summary>Gets the tag of all rows, in the form in which entries take it. Invalidating it drops every row.</summary>
    public string[] RowTags { get; }

    /// <summary>Gets the tag of all queries: their generation. Each change of a row invalidates it.</summary>
    public string[] QueryTags { get; }

    public string RowTag => RowTags[0];

    public string QueryTag => QueryTags[0];

    /// <summary>Gets the intent of those who write rows that they cannot name.</summary>
    public string TableIntent => "intent:rows:" + Name;

    /// <summary>Gets the intent of all who write rows, for the sake of queries.</summary>
    public string QueryIntent => "intent:queries:" + Name;

    /// <summary>Gets the fence for rows that nobody could name when they were written.</summary>
    public string TableFence => "fence:rows:" + Name;

    /// <summary>Gets or sets how far the replica of the store may be behind; <see langword="null"/> when it has none.</summary>
    public ReplicaLag? Replica { get; set; }

    public StoreCounters Counters { get; }

    /// <summary>Makes the key of a row from the text of its id, see <see cref="StoreId"/>.</summary>
    public string RowKey(string id) => _prefix + id;

    /// <summary>Makes the key of a query from its hash.</summary>
    public string QueryKey(string hash) => string.Concat(QueryTag, ":", hash);

    /// <summary>Makes the name of the intent of those who write a row.</summary>
    public string RowIntent(string id) => $"intent:row:{_prefix}{id}";

    /// <summary>Makes the name of the fence of a row.</summary>
    public string RowFence(string id) => $"fence:row:{_prefix}{id}";
}
