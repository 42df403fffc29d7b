namespace Larder.Writing;

/// <summary>A source of delegates.</summary>
internal sealed class DelegateSource<TKey, T>(Func<TKey, CancellationToken, ValueTask<T?>> load) : ICacheSource<TKey, T>
    where TKey : notnull
{
    public Func<IReadOnlyList<TKey>, CancellationToken, ValueTask<IReadOnlyDictionary<TKey, T>>>? LoadMany { get; init; }

    public Func<TKey, T, long?, CancellationToken, ValueTask>? Save { get; init; }

    public Func<IReadOnlyList<SourceWrite<TKey, T>>, CancellationToken, ValueTask>? SaveMany { get; init; }

    public Func<TKey, long?, CancellationToken, ValueTask>? Delete { get; init; }

    public Func<IReadOnlyList<TKey>, CancellationToken, ValueTask>? DeleteMany { get; init; }

    public ValueTask<T?> LoadAsync(TKey key, CancellationToken cancellationToken) => load(key, cancellationToken);

    public async ValueTask<IReadOnlyDictionary<TKey, T>> LoadManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        if (LoadMany is not null)
        {
            return await LoadMany(keys, cancellationToken).ConfigureAwait(false);
        }

        var values = new Dictionary<TKey, T>(keys.Count);
        foreach (var key in keys)
        {
            if (await load(key, cancellationToken).ConfigureAwait(false) is { } value)
            {
                values[key] = value;
            }
        }

        return values;
    }

    public ValueTask SaveAsync(TKey key, T value, long? version, CancellationToken cancellationToken) =>
        Save is not null ? Save(key, value, version, cancellationToken)
        : SaveMany is not null ? SaveMany([new SourceWrite<TKey, T>(key, value, version)], cancellationToken)
        : throw new NotSupportedException("The source was made without save. Pass save to CacheSource.Create, or write to the source elsewhere and remove the key from the cache.");

    public async ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<TKey, T>> writes, CancellationToken cancellationToken)
    {
        if (SaveMany is not null)
        {
            await SaveMany(writes, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var (key, value, version) in writes)
        {
            await SaveAsync(key, value, version, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DeleteAsync(TKey key, long? version, CancellationToken cancellationToken) =>
        Delete is not null ? Delete(key, version, cancellationToken)
        : DeleteMany is not null ? DeleteMany([key], cancellationToken)
        : throw new NotSupportedException("The source was made without delete. Pass delete to CacheSource.Create, or delete elsewhere and remove the key from the cache.");

    public async ValueTask DeleteManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        if (DeleteMany is not null)
        {
            await DeleteMany(keys, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var key in keys)
        {
            await DeleteAsync(key, version: null, cancellationToken).ConfigureAwait(false);
        }
    }
}
