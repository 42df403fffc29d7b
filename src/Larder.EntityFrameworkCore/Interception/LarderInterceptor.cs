using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>
/// Sees what contexts write and what becomes of it, and tells the change sets of their caches. One for all contexts; what belongs to a context is found by it, and what belongs to a transaction by its
/// object. Which event means what is in docs/internals/entity-framework.md.
/// </summary>
internal sealed partial class LarderInterceptor : ISaveChangesInterceptor
{
    public static LarderInterceptor Instance { get; } = new();

    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Completion.Finish(BeginSaveAsync(eventData.Context, CancellationToken.None));
        return result;
    }

    public async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await BeginSaveAsync(eventData.Context, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Completion.Finish(EndSaveAsync(eventData.Context, static save => save.SavedAsync()));
        return result;
    }

    public async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        await EndSaveAsync(eventData.Context, static save => save.SavedAsync()).ConfigureAwait(false);
        return result;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData) => Completion.Finish(EndSaveAsync(eventData.Context, static save => save.FailedAsync()));

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default) => EndSaveAsync(eventData.Context, static save => save.FailedAsync()).AsTask();

    public void SaveChangesCanceled(DbContextEventData eventData) => Completion.Finish(EndSaveAsync(eventData.Context, static save => save.FailedAsync()));

    public Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default) => EndSaveAsync(eventData.Context, static save => save.FailedAsync()).AsTask();

    public InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        Completion.Finish(ConflictAsync(eventData));
        return result;
    }

    public async ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        await ConflictAsync(eventData).ConfigureAwait(false);
        return result;
    }

    private static async ValueTask BeginSaveAsync(DbContext? context, CancellationToken cancellationToken)
    {
        if (ContextCache.Of(context) is not { } cache)
        {
            return;
        }

        if (cache.Save is { HasFailed: true } failed)
        {
            // Of a conflict nobody tells the end.
            PutBack(cache, failed);
        }

        var save = cache.Save = new SaveScope(cache, cache.Save);
        if (cache.Model.HasOutbox && context!.Database.AutoTransactionBehavior != AutoTransactionBehavior.Always)
        {
            // What is invalidated is committed with what is written, also if that is a single statement.
            save.Behavior = context.Database.AutoTransactionBehavior;
            context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        }

        if (cache.Model.IsStrict)
        {
            // Here, so that who saves gets the exception of the cache as it is; what is changed until the first command is announced there.
            if (context!.ChangeTracker.AutoDetectChangesEnabled)
            {
                context.ChangeTracker.DetectChanges();
            }

            await save.CaptureAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask EndSaveAsync(DbContext? context, Func<SaveScope, ValueTask> end)
    {
        if (ContextCache.Of(context) is not { Save: { } save } cache)
        {
            return default;
        }

        PutBack(cache, save);
        return end(save);
    }

    private static void PutBack(ContextCache cache, SaveScope save)
    {
        cache.Save = save.Outer;
        if (save.Behavior is { } behavior)
        {
            cache.Context.Database.AutoTransactionBehavior = behavior;
        }
    }

    private static ValueTask ConflictAsync(ConcurrencyExceptionEventData eventData) =>
        ContextCache.Of(eventData.Context) is { Save: { } save } ? save.ConflictAsync(eventData.Entries) : default;
}
