using Larder.Inspection;
using Larder.Keys;
using Larder.Views;

namespace Larder;

/// <summary>
/// Shows what is in a cache: entries with their time to live, size and tags, values, tags, and how its tiers are. It counts as no read, prolongs nothing and removes nothing. Listings are taken page
/// by page, and each page has a limit, so that it never holds a server up.
/// </summary>
public sealed class CacheInspector
{
    private readonly CacheCore _core;

    internal CacheInspector(CacheCore core) => _core = core;

    /// <summary>Lists entries.</summary>
    /// <param name="scan">Which ones, and how far.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">The pattern or the cursor is malformed, or a number is out of its range.</exception>
    /// <exception cref="CacheException">The shared store cannot be asked.</exception>
    public ValueTask<EntryPage> ScanAsync(EntryScan scan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        scan.ThrowIfInvalid(nameof(scan));
        _core.ThrowIfDisposed();
        return _core.Tier.ScanAsync(scan, _core.Keys.Filter(scan.Pattern), cancellationToken);
    }

    /// <summary>Describes an entry.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The entry; <see langword="null"/> when none lives.</returns>
    /// <exception cref="CacheException">The shared store cannot be asked.</exception>
    public ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        return _core.Tier.FindAsync(_core.Keys.Resolve(key), cancellationToken);
    }

    /// <summary>Shows the value of an entry: the one in the shared store, where there is one.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="maxLength">How much of it, in bytes. Default 4,096, range 1 to <see cref="EntryPreview.MaxLength"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The beginning of the value; <see langword="null"/> when no entry lives.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is out of its range.</exception>
    /// <exception cref="CacheException">The shared store cannot be asked.</exception>
    public async ValueTask<EntryPreview?> PreviewAsync(string key, int maxLength = 4096, CancellationToken cancellationToken = default)
    {
        if (maxLength is < 1 or > EntryPreview.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength, $"It must be from 1 to {EntryPreview.MaxLength:N0} bytes.");
        }

        _core.ThrowIfDisposed();
        var held = await _core.Tier.ReadHeldAsync(_core.Keys.Resolve(key), cancellationToken).ConfigureAwait(false);
        return held is { } value ? Preview.Of(value, maxLength, _core.Options) : null;
    }

    /// <summary>Lists the tags that entries in memory carry or that the shared store has a record of.</summary>
    /// <param name="pattern">Which ones, as in <see cref="EntryScan.Pattern"/>. Default: all.</param>
    /// <param name="cursor">Where to go on; <see langword="null"/> for the beginning.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>A page.</returns>
    /// <exception cref="ArgumentException">The pattern or the cursor is malformed.</exception>
    /// <exception cref="CacheException">The shared store cannot be asked.</exception>
    public ValueTask<TagPage> TagsAsync(string pattern = "*", string? cursor = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        _core.ThrowIfDisposed();
        return _core.Tier.TagsAsync(GlobPattern.Parse(pattern), cursor, cancellationToken);
    }

    /// <summary>Tells how the tiers are. A shared store is asked for a sign of life.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The memory first, then the servers. That one is away is a report and no exception.</returns>
    public ValueTask<IReadOnlyList<TierReport>> TiersAsync(CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        return _core.Tier.ReportAsync(cancellationToken);
    }

    /// <summary>Gets what the processes that share the store of the cache say of themselves: those that show a dashboard, or that <see cref="LarderBuilder.AddNodeReports"/> was called in.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The last report of each; one that was killed is listed for up to 20 s.</returns>
    /// <exception cref="CacheException">The shared store cannot be asked.</exception>
    public ValueTask<IReadOnlyList<NodeReport>> NodesAsync(CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        return new NodeReports(_core.Tier).ReadAsync(cancellationToken);
    }

    /// <summary>Gets the locks that this process holds.</summary>
    public IReadOnlyList<HeldLock> Locks => _core.Locks.Held();
}
