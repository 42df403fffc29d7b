namespace Larder.Cli.Targets;

/// <summary>A cache that commands look into: in a Redis, or in an application by the API of its dashboard.</summary>
internal interface ITarget : IAsyncDisposable
{
    /// <summary>Gets where it is, for people.</summary>
    string Description { get; }

    /// <summary>Gets the name of the cache.</summary>
    string Cache { get; }

    ValueTask<EntryPage> ScanAsync(EntryScan scan, CancellationToken cancellationToken);

    ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken);

    ValueTask<EntryPreview?> PreviewAsync(string key, int length, CancellationToken cancellationToken);

    /// <summary>Removes an entry.</summary>
    /// <returns>Whether it was there.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes the entries of a pattern.</summary>
    /// <param name="pattern">The pattern of their keys.</param>
    /// <param name="isDry">Whether they are only counted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there were.</returns>
    ValueTask<long> RemoveByPatternAsync(string pattern, bool isDry, CancellationToken cancellationToken);

    ValueTask<TagRows> TagsAsync(string pattern, string? cursor, CancellationToken cancellationToken);

    /// <summary>Invalidates a tag.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="isDry">Whether its entries are only counted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many entries carry it; <see langword="null"/> where nobody counted.</returns>
    ValueTask<long?> RemoveByTagAsync(string tag, bool isDry, CancellationToken cancellationToken);

    /// <summary>Removes all entries.</summary>
    /// <param name="isDry">Whether they are only counted.</param>
    /// <param name="progress">What is told how many are gone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many there were.</returns>
    ValueTask<long> ClearAsync(bool isDry, IProgress<long> progress, CancellationToken cancellationToken);

    /// <summary>Tells how often entries are asked for, by the counters of Redis.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A counter for each; <see langword="null"/> where the entry is gone.</returns>
    /// <exception cref="CommandLine.ToolException">There are no such counters.</exception>
    ValueTask<IReadOnlyList<long?>> FrequenciesAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Gets the processes that share the cache and report on it.</summary>
    ValueTask<IReadOnlyList<NodeRow>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>Gets how the cache does at the moment: in each process that reports, or in the application that is asked.</summary>
    ValueTask<IReadOnlyList<TopRow>> LookAsync(CancellationToken cancellationToken);

    /// <summary>Tells of changes, from now on and without end.</summary>
    /// <param name="last">How many of those that have been are told first, where they are known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<ChangeEvent> WatchAsync(int last, CancellationToken cancellationToken);
}
