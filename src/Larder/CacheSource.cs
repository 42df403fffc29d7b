using Larder.Writing;

namespace Larder;

/// <summary>Makes sources of delegates.</summary>
public static class CacheSource
{
    /// <summary>Makes a source; what is left out it cannot do, or does for each key by itself.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="load">Loads a value, or <see langword="null"/> when there is none.</param>
    /// <param name="loadMany">Loads many values; only those that there are.</param>
    /// <param name="save">Saves a value; see <see cref="ICacheSource{TKey, T}.SaveAsync"/> for its version.</param>
    /// <param name="saveMany">Saves many values.</param>
    /// <param name="delete">Deletes a value.</param>
    /// <param name="deleteMany">Deletes many values.</param>
    /// <returns>The source.</returns>
    public static ICacheSource<TKey, T> Create<TKey, T>(
        Func<TKey, CancellationToken, ValueTask<T?>> load,
        Func<IReadOnlyList<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, T>>>? loadMany = null,
        Func<TKey, T, long?, CancellationToken, ValueTask>? save = null,
        Func<IReadOnlyList<SourceWrite<TKey, T>>, CancellationToken, ValueTask>? saveMany = null,
        Func<TKey, long?, CancellationToken, ValueTask>? delete = null,
        Func<IReadOnlyList<TKey>, CancellationToken, ValueTask>? deleteMany = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(load);
        return new DelegateSource<TKey, T>(load) { LoadMany = loadMany, Save = save, SaveMany = saveMany, Delete = delete, DeleteMany = deleteMany };
    }
}
