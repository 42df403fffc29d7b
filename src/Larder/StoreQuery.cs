using Larder.Store;

namespace Larder;

/// <summary>What tells one query of a store from another: its text and its parameters, made into a hash that is the same in every process. Queries with the same text and other parameters are others.</summary>
public sealed class StoreQuery
{
    private StoreQuery(string hash, IReadOnlyList<string> tables) => (Hash, Tables) = (hash, tables);

    /// <summary>Gets the hash: 128 bits as 32 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>Gets the names of the other stores whose rows the query depends on.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>Makes a query.</summary>
    /// <param name="text">Its text, such as the SQL, or a name that no other query of the store has.</param>
    /// <param name="parameters">
    /// Its parameters, in an order that is always the same: <see langword="null"/>, text, numbers, booleans, characters, dates and times, <see cref="Guid"/>, enumerations, bytes, and lists of
    /// these. Numbers of different types are different parameters.
    /// </param>
    /// <returns>The query.</returns>
    /// <exception cref="ArgumentException">The text is empty, or a parameter is of another type.</exception>
    public static StoreQuery Of(string text, params ReadOnlySpan<object?> parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new StoreQuery(QueryHash.Of(text, parameters), []);
    }

    /// <summary>Says that the query depends on the rows of other stores too, as one with joins does: a change of any of them invalidates it.</summary>
    /// <param name="stores">The names of the stores, of the same cache.</param>
    /// <returns>A query with the same hash.</returns>
    public StoreQuery DependsOn(params ReadOnlySpan<string> stores) => new(Hash, [.. Tables, .. stores]);
}
