using System.Data.Common;
using System.Runtime.CompilerServices;
using Larder.EntityFrameworkCore.Model;
using Larder.Store;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.EntityFrameworkCore.Interception;

internal sealed partial class LarderInterceptor : IDbCommandInterceptor
{
    /// <summary>What commands change that are transactions by themselves, until their end is told.</summary>
    private static readonly ConditionalWeakTable<DbCommand, ChangeSet> s_commands = [];

    public InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Completion.Finish(ExecutingAsync(command, eventData, returnsRows: true, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await ExecutingAsync(command, eventData, returnsRows: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Completion.Finish(ExecutingAsync(command, eventData, returnsRows: true, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        await ExecutingAsync(command, eventData, returnsRows: true, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Completion.Finish(ExecutingAsync(command, eventData, returnsRows: false, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await ExecutingAsync(command, eventData, returnsRows: false, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public object? ScalarExecuted(DbCommand command, CommandExecutedEventData eventData, object? result)
    {
        Completion.Finish(ExecutedAsync(command));
        return result;
    }

    public async ValueTask<object?> ScalarExecutedAsync(DbCommand command, CommandExecutedEventData eventData, object? result, CancellationToken cancellationToken = default)
    {
        await ExecutedAsync(command).ConfigureAwait(false);
        return result;
    }

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Completion.Finish(ExecutedAsync(command));
        return result;
    }

    public async ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await ExecutedAsync(command).ConfigureAwait(false);
        return result;
    }

    public InterceptionResult DataReaderDisposing(DbCommand command, DataReaderDisposingEventData eventData, InterceptionResult result)
    {
        if (s_commands.TryGetValue(command, out _))
        {
            // Rows that nobody has read yet may keep the command from being committed.
            eventData.DataReader.Close();
            Completion.Finish(ExecutedAsync(command));
        }

        return result;
    }

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Completion.Finish(FailedAsync(command));

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) => FailedAsync(command).AsTask();

    public void CommandCanceled(DbCommand command, CommandEndEventData eventData) => Completion.Finish(FailedAsync(command));

    public Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) => FailedAsync(command).AsTask();

    private static ValueTask ExecutingAsync(DbCommand command, CommandEventData eventData, bool returnsRows, CancellationToken cancellationToken)
    {
        if (eventData.CommandSource is CommandSource.LinqQuery or CommandSource.ValueGenerator or CommandSource.Scaffolding || ContextCache.Of(eventData.Context) is not { } cache)
        {
            return default;
        }

        if (eventData.CommandSource == CommandSource.SaveChanges)
        {
            if (cache.Save is not { IsCaptured: false } save)
            {
                return default;
            }

            save.IsCaptured = true;
            return save.CaptureAsync(cancellationToken);
        }

        if (eventData.CommandSource is CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete)
        {
            return WriteAsync(cache, command, cache.Model.Targets.OfBulk(command.CommandText), cancellationToken);
        }

        if (cache.Declared is { } declared)
        {
            return WriteAsync(cache, command, (declared.Stores, true), cancellationToken);
        }

        return returnsRows && !SqlTargets.Writes(command.CommandText) ? default : WriteAsync(cache, command, cache.Model.Targets.OfRaw(command.CommandText), cancellationToken);
    }

    private static ValueTask WriteAsync(ContextCache cache, DbCommand command, (IReadOnlyCollection<EntityStore> Stores, bool Deletes) targets, CancellationToken cancellationToken)
    {
        if (targets.Stores.Count == 0)
        {
            return default;
        }

        var around = cache.FindChanges();
        var changes = around ?? cache.Stores.NewChanges();
        var tenant = cache.Tenant;
        foreach (var store in targets.Stores)
        {
            var space = store.SpaceOf(tenant);
            if (around is null && space.HasOutbox)
            {
                throw new InvalidOperationException($"The entities of '{store.Name}' have Consistency = Outbox: what a command invalidates is committed with its transaction. Begin one with Database.BeginTransactionAsync.");
            }

            space.Counters.Write();
            CachedModel.AddTable(changes, tenant, store, targets.Deletes, isTold: true);
        }

        if (around is null)
        {
            s_commands.AddOrUpdate(command, changes);
        }

        return changes.AnnounceAsync(cancellationToken);
    }

    private static ValueTask ExecutedAsync(DbCommand command) => s_commands.TryGetValue(command, out var changes) && s_commands.Remove(command) ? changes.CommittedAsync() : default;

    private static async ValueTask FailedAsync(DbCommand command)
    {
        if (s_commands.TryGetValue(command, out var changes) && s_commands.Remove(command))
        {
            try
            {
                await changes.OutcomeUnknownAsync().ConfigureAwait(false);
            }
            catch (CacheException)
            {
                // It was counted and logged; the caller is told why the command failed.
            }
        }
        else if (command.Transaction is { } transaction && TransactionChanges.Find(transaction) is { } open)
        {
            open.IsDoubtful = true;
        }
    }
}
