namespace Larder;

/// <summary>
/// Where values come from and where they belong: a database, a service. A class implements what its source can do; a source that only loads implements
/// <see cref="LoadAsync"/> alone. Members may be called from many threads at once.
/// </summary>
/// <remarks>
/// An absent value is <see langword="null"/>. Where values are of a value type and may be absent, take a nullable one: <c>ICacheSource&lt;int, decimal?&gt;</c>.
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the values.</typeparam>
public interface ICacheSource<TKey, T>
    where TKey : notnull
{
    /// <summary>Loads a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more, and after the load timeout.</param>
    /// <returns>The value, or <see langword="null"/> when there is none.</returns>
    ValueTask<T?> LoadAsync(TKey key, CancellationToken cancellationToken);

    /// <summary>Loads many values. Left out, each is loaded by itself, one after another.</summary>
    /// <param name="keys">The keys, each once.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more, and after the load timeout.</param>
    /// <returns>The values that there are, by key.</returns>
    async ValueTask<IReadOnlyDictionary<TKey, T>> LoadManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var values = new Dictionary<TKey, T>(keys.Count);
        foreach (var key in keys)
        {
            if (await LoadAsync(key, cancellationToken).ConfigureAwait(false) is { } value)
            {
                values[key] = value;
            }
        }

        return values;
    }

    /// <summary>Saves a value. When it returns, the value is there for every later load.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="version">
    /// With write-behind a number that grows with each write of the key: a write may come twice, and after a crash an older one after a newer one, so save only
    /// where the version that is stored is lower. <see langword="null"/> with write-through, where the order of the calls counts.
    /// </param>
    /// <param name="cancellationToken">Cancelled after <see cref="SourceCacheOptions.SaveTimeout"/>.</param>
    /// <returns>The completion.</returns>
    ValueTask SaveAsync(TKey key, T value, long? version, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"The source {GetType().Name} does not save. Implement SaveAsync, or write to the source elsewhere and remove the key from the cache.");

    /// <summary>Saves many values, in any order, all or some of them; what it saves and then throws is saved again. Left out, each is saved by itself.</summary>
    /// <param name="writes">The values, each key once.</param>
    /// <param name="cancellationToken">Cancelled after <see cref="SourceCacheOptions.SaveTimeout"/>.</param>
    /// <returns>The completion.</returns>
    async ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<TKey, T>> writes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writes);
        foreach (var (key, value, version) in writes)
        {
            await SaveAsync(key, value, version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes a value, if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">As for <see cref="SaveAsync"/>. A source that may get an older write after the deletion keeps the version with a mark.</param>
    /// <param name="cancellationToken">Cancelled after <see cref="SourceCacheOptions.SaveTimeout"/>.</param>
    /// <returns>The completion.</returns>
    ValueTask DeleteAsync(TKey key, long? version, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"The source {GetType().Name} does not delete. Implement DeleteAsync, or delete elsewhere and remove the key from the cache.");

    /// <summary>Deletes many values of a store. Left out, each is deleted by itself.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    async ValueTask DeleteManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            await DeleteAsync(key, version: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
