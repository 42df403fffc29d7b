namespace Larder;

/// <summary>A write that was accepted and that the source would not take.</summary>
/// <typeparam name="TKey">The type of the key.</typeparam>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed record DeadLetter<TKey, T>
    where TKey : notnull
{
    /// <summary>Gets the name of the letter, for <see cref="SourceCache{TKey, T}.RemoveDeadLetterAsync"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the key as it is in the cache.</summary>
    public required string KeyText { get; init; }

    /// <summary>Gets the key; the default of its type when <see cref="IsReadable"/> is <see langword="false"/>.</summary>
    public TKey? Key { get; init; }

    /// <summary>Gets the value; the default of its type for a deletion, and when <see cref="IsReadable"/> is <see langword="false"/>.</summary>
    public T? Value { get; init; }

    /// <summary>Gets whether it is a deletion.</summary>
    public bool IsDeletion { get; init; }

    /// <summary>Gets whether the stored write could be read; not when another version of the application wrote it in another form.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>Gets the version of the write.</summary>
    public required long Version { get; init; }

    /// <summary>Gets why the source would not take it.</summary>
    public required string Reason { get; init; }
}
