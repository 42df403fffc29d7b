using System.Globalization;
using Larder.Dashboard.Collecting;
using Larder.Dashboard.Documents;
using Microsoft.AspNetCore.Http;

namespace Larder.Dashboard.Api;

/// <summary>Removes, expires and clears, and says in the log and among the events who did.</summary>
internal sealed class DashboardActions(DashboardCollector collector)
{
    public async ValueTask<RemovedDocument> RemoveAsync(HttpContext context, ActionRequest request)
    {
        var (cache, key) = (Find(request), Require(request.Key, "key"));
        var isRemoved = await cache.Cache.RemoveAsync(key, context.RequestAborted).ConfigureAwait(false);
        Note(context, cache, "remove", key, isRemoved ? 1 : 0);
        return new RemovedDocument(isRemoved);
    }

    /// <summary>Has an entry be served until it was loaded anew.</summary>
    public async ValueTask<CountDocument> ExpireAsync(HttpContext context, ActionRequest request)
    {
        var (cache, key) = (Find(request), Require(request.Key, "key"));
        await cache.Cache.InvalidateAsync(new InvalidationGroup().AddKeys(key), InvalidationMode.Lazy, context.RequestAborted).ConfigureAwait(false);
        Note(context, cache, "expire", key, count: null);
        return new CountDocument(Count: null);
    }

    public async ValueTask<CountDocument> RemovePatternAsync(HttpContext context, ActionRequest request)
    {
        var (cache, pattern) = (Find(request), Require(request.Pattern, "pattern"));
        if (request.DryRun)
        {
            return new CountDocument(await CountAsync(cache, pattern, context.RequestAborted).ConfigureAwait(false));
        }

        var count = await cache.Cache.RemoveByPatternAsync(pattern, context.RequestAborted).ConfigureAwait(false);
        Note(context, cache, "remove by pattern", pattern, count);
        return new CountDocument(count);
    }

    public async ValueTask<CountDocument> RemoveTagAsync(HttpContext context, ActionRequest request)
    {
        var (cache, tag) = (Find(request), Require(request.Tag, "tag"));
        if (!request.DryRun)
        {
            await cache.Cache.RemoveByTagAsync(tag, context.RequestAborted).ConfigureAwait(false);
            Note(context, cache, "remove by tag", tag, count: null);
        }

        // No store has an index of its tags.
        return new CountDocument(Count: null);
    }

    public async ValueTask<CountDocument> ClearAsync(HttpContext context, ActionRequest request)
    {
        var cache = Find(request);
        if (request.DryRun)
        {
            return new CountDocument(await CountAsync(cache, "*", context.RequestAborted).ConfigureAwait(false));
        }

        if (request.Confirm != cache.Name)
        {
            throw RefusedException.BadRequest($"To clear the cache '{cache.Name}', 'confirm' must be its name; it is '{request.Confirm}'.");
        }

        var count = await cache.Cache.ClearAsync(context.RequestAborted).ConfigureAwait(false);
        Note(context, cache, "clear", cache.Name, count);
        return new CountDocument(count);
    }

    private static async ValueTask<long> CountAsync(WatchedCache cache, string pattern, CancellationToken cancellationToken)
    {
        long count = 0;
        await foreach (var _ in cache.Cache.KeysAsync(pattern, cancellationToken).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }

    private static string Require(string? text, string name) => string.IsNullOrEmpty(text) ? throw RefusedException.BadRequest($"'{name}' is missing.") : text;

    private WatchedCache Find(ActionRequest request) =>
        collector.TryFind(request.Cache, out var cache) ? cache : throw new RefusedException(StatusCodes.Status404NotFound, $"There is no cache '{request.Cache}'.");

    private void Note(HttpContext context, WatchedCache cache, string action, string what, long? count)
    {
        var user = context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : context.Connection.RemoteIpAddress?.ToString() ?? "somebody";
        var text = count?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of";
        DashboardLog.DashboardAction(collector.Log, user, action, cache.Name, what, text);
        collector.Events.Add(cache.Name, "Action", what, $"{user}: {action}, {text} entries");
    }
}
