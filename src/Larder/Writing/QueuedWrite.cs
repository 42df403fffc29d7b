namespace Larder.Writing;

/// <summary>A write on its way to the source.</summary>
internal sealed class QueuedWrite<TKey, T>(string text, TKey key, T? value, bool isDeletion, long version, long acceptedAt)
    where TKey : notnull
{
    public string Text => text;

    public TKey Key => key;

    public T? Value => value;

    public bool IsDeletion => isDeletion;

    public long Version => version;

    /// <summary>Gets or sets the timestamp at which this write, or the first one of those that it stands for, was accepted.</summary>
    public long AcceptedAt { get; set; } = acceptedAt;

    /// <summary>Gets or sets how often the source has refused it.</summary>
    public int Attempts { get; set; }

    /// <summary>Gets the journal's partition.</summary>
    public int Partition { get; init; }

    /// <summary>Gets the versions of the writes that it stands for, which the journal is still to be told of; <see langword="null"/> when it needs not be told.</summary>
    public List<long>? Covered { get; init; }

    public SourceWrite<TKey, T> ToSourceWrite() => new(key, value!, version);

    /// <summary>Takes the place of an older write of the same key.</summary>
    public void Replace(QueuedWrite<TKey, T> older)
    {
        AcceptedAt = Math.Min(AcceptedAt, older.AcceptedAt);
        Covered?.AddRange(older.Covered ?? []);
    }
}
