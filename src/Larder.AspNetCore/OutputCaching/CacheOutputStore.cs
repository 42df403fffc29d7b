using System.Buffers;
using System.IO.Pipelines;
using Larder.Diagnostics;
using Larder.Tiers;
using Larder.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace Larder.AspNetCore.OutputCaching;

/// <summary>
/// The store of output caching over a cache. A response that is asked for and not there is a load of the cache: it begins when the middleware asks, ends when it stores the response or the
/// request has ended, and is not stored when its key or one of its tags was invalidated in between, by whichever process.
/// </summary>
/// <param name="view">The view whose prefix the responses have.</param>
/// <param name="requests">Tells which request the middleware works for; without one there are no loads.</param>
internal sealed class CacheOutputStore(CacheView view, IHttpContextAccessor requests) : IOutputCacheBufferStore
{
    public async ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        await view.RemoveByTagAsync(OutputCacheNames.Of(tag), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        // A copy: what is in memory is given to every request.
        var found = await FindAsync(key, cancellationToken).ConfigureAwait(false);
        return found is null ? null : [.. found];
    }

    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return false;
        }

        await destination.WriteAsync(found, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return SetAsync(key, new ReadOnlySequence<byte>(value), tags, validFor, cancellationToken);
    }

    public async ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var write = view.ToWrite(new CacheEntryOptions { TimeToLive = RequireValid(validFor), Tags = NamesOf(tags.Span) });
        var name = view.Resolve(OutputCacheNames.Of(key));
        cancellationToken.ThrowIfCancellationRequested();

        // The caller's buffer is its own again when this has returned.
        var copy = value.ToArray();
        if (requests.HttpContext?.Items.Remove(new PendingResponse(this, key), out var pending) == true)
        {
            await CompleteAsync((FillTicket)pending!, copy, write, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (view.Tier.Stores(write) && (await view.Tier.WriteAsync(name, copy, write, WriteCondition.None, cancellationToken).ConfigureAwait(false)).Version != 0)
        {
            view.Core.Counters.Increment(Counter.Sets);
        }
    }

    private static TimeSpan RequireValid(TimeSpan validFor) => validFor > TimeSpan.Zero
        ? validFor
        : throw new ArgumentOutOfRangeException(nameof(validFor), validFor, $"validFor is {validFor}, and must be above zero.");

    private static string[]? NamesOf(ReadOnlySpan<string> tags)
    {
        if (tags.IsEmpty)
        {
            return null;
        }

        var names = new string[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            names[i] = OutputCacheNames.Of(tags[i] ?? throw new ArgumentException("A tag is null.", nameof(tags)));
        }

        return names;
    }

    private async ValueTask<byte[]?> FindAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var name = OutputCacheNames.Of(key);
        var found = await ((ICache)view).GetAsync<byte[]>(name, cancellationToken).ConfigureAwait(false);
        if (found.HasValue)
        {
            return found.Value;
        }

        if (requests.HttpContext is { Response.HasStarted: false } request)
        {
            await BeginAsync(request, key, view.Resolve(name), cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Begins the load of a response, which ends with its request at the latest.</summary>
    private async ValueTask BeginAsync(HttpContext request, string key, string name, CancellationToken cancellationToken)
    {
        var pending = new PendingResponse(this, key);
        if (request.Items.ContainsKey(pending))
        {
            return;
        }

        try
        {
            var ticket = await view.Tier.BeginFillAsync(name, tags: null, FillMode.Skip, previous: null, cancellationToken).ConfigureAwait(false);
            request.Items[pending] = ticket;
            request.Response.OnCompleted(() => AbandonAsync(request, pending));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The response is made without it, and stored as one that nobody asked for.
            view.Core.Diagnostics.TierFailed("begin fill", name, exception);
        }
    }

    private async ValueTask CompleteAsync(FillTicket ticket, byte[] value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (ticket.IsTaken)
        {
            // Another process makes the same response, and will store it.
            view.Core.Counters.Increment(Counter.DiscardedLoads);
            return;
        }

        var version = view.Tier.Stores(write) ? await view.Tier.CompleteFillAsync(ticket, value, write, cancellationToken).ConfigureAwait(false) : 0;
        view.Core.Counters.Increment(version != 0 ? Counter.Sets : Counter.DiscardedLoads);
    }

    private async Task AbandonAsync(HttpContext request, PendingResponse pending)
    {
        if (!request.Items.Remove(pending, out var ticket))
        {
            return;
        }

        try
        {
            await view.Tier.AbandonFillAsync((FillTicket)ticket!).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            view.Core.Diagnostics.TierFailed("abandon fill", pending.Key, exception);
        }
    }
}
