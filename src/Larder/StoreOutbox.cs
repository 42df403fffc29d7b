using System.Data.Common;
using System.Globalization;
using Larder.Store;

namespace Larder;

/// <summary>
/// What transactions have invalidated, in a table of their own database: a row that is committed with them says what, and whoever looks does it and deletes the row. So it is done even if the writer
/// dies behind its commit. It is done at least once, which does no harm, in any process that shares the cache. Made by <c>cache.UseOutbox(...)</c> or <c>AddOutbox</c>.
/// </summary>
public sealed class StoreOutbox : IAsyncDisposable
{
    private readonly OutboxTable _table;
    private readonly StoreCore _stores;
    private readonly OutboxOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _loop;
    private long _dispatched;

    internal StoreOutbox(StoreCore stores, Func<DbConnection> connect, OutboxOptions options)
    {
        if (options.TableName.Length is 0 or > 256 || !options.TableName.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.'))
        {
            throw new ArgumentException($"TableName is '{options.TableName}', and must have letters, digits, '_' and '.' only, at most 256.", nameof(options));
        }

        if (options.PollInterval < TimeSpan.FromMilliseconds(10) || options.PollInterval > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.PollInterval, $"PollInterval is {options.PollInterval}, and must be from 10 milliseconds to 1 hour.");
        }

        if (options.BatchSize is < 1 or > 10_000)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.BatchSize, string.Create(CultureInfo.InvariantCulture, $"BatchSize is {options.BatchSize}, and must be from 1 to 10,000."));
        }

        (_stores, _options) = (stores, options);
        _table = new OutboxTable(options.TableName, stores.SharedName, connect);
    }

    /// <summary>Gets of how many transactions the rows were carried out here.</summary>
    public long Dispatched => Volatile.Read(ref _dispatched);

    /// <summary>Makes the table if it is not there, in databases that know <c>CREATE TABLE IF NOT EXISTS</c>; the guide has the statement for others.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion.</returns>
    public Task CreateTableAsync(CancellationToken cancellationToken = default) => _table.CreateAsync(cancellationToken);

    /// <summary>Carries out what is in the table now.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Of how many transactions.</returns>
    /// <exception cref="CacheException">The cache cannot be told now; the rows stay.</exception>
    public async Task<int> DispatchAsync(CancellationToken cancellationToken = default)
    {
        var done = 0;
        while (true)
        {
            var entries = await _table.ReadAsync(_options.BatchSize, (id, exception) => _stores.Diagnostics.TierFailed("read outbox", id, exception), cancellationToken).ConfigureAwait(false);
            foreach (var (_, plan) in entries)
            {
                await _stores.InvalidateAsync(plan, isStrict: true, cancellationToken).ConfigureAwait(false);
            }

            await _table.DeleteAsync([.. entries.Select(entry => entry.Id)], cancellationToken).ConfigureAwait(false);
            done += entries.Count;
            Interlocked.Add(ref _dispatched, entries.Count);
            if (entries.Count < _options.BatchSize)
            {
                return done;
            }
        }
    }

    /// <summary>Begins to look, each <see cref="OutboxOptions.PollInterval"/>. A host does this by itself.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_loop is null && !_stop.IsCancellationRequested)
            {
                using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
                _loop = LoopAsync();
            }
        }
    }

    /// <summary>Ends the looking. What is in the table then is found by others, or later.</summary>
    /// <returns>The completion.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
        }

        await (loop ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Writes what a transaction invalidates, within it.</summary>
    internal Task WriteAsync(Invalidation.InvalidationPlan plan, DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken) =>
        _table.WriteAsync(plan, connection, transaction, cancellationToken);

    private async Task LoopAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await DispatchAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                // The database or the cache is away: the rows are still there when both are back.
                _stores.Diagnostics.TierFailed("dispatch outbox", _options.TableName, exception);
            }
            catch (Exception)
            {
                return;
            }

            await Task.Delay(_options.PollInterval, _stores.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
