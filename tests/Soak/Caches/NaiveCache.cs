using System.Collections.Concurrent;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Caches;

/// <summary>
/// The control: what many write by hand, a dictionary in front of a shared cache. Its copies are kept for a time, nobody tells them of other
/// processes' writes, and a load that an invalidation overtook is stored all the same. A run that passes it finds nothing.
/// </summary>
internal sealed class NaiveCache(CacheSettings settings) : CacheUnderTest(settings)
{
    private static readonly long Lifetime = Clock.Ticks(TimeSpan.FromSeconds(5));
    private readonly ConcurrentDictionary<string, (SourceRow Row, long Until)> _copies = new(StringComparer.Ordinal);

    public override async ValueTask<SourceRow> GetOrCreateAsync<TState>(
        string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<SourceRow>> load, CacheEntryOptions options)
    {
        if (_copies.TryGetValue(key, out var copy) && copy.Until > Clock.Now)
        {
            return copy.Row;
        }

        var row = await base.GetOrCreateAsync(key, state, load, options);
        _copies[key] = (row, Clock.Now + Lifetime);
        return row;
    }

    public override ValueTask RemoveAsync(string key)
    {
        _copies.TryRemove(key, out _);
        return base.RemoveAsync(key);
    }

    public override ValueTask SetAsync(string key, SourceRow row, CacheEntryOptions options)
    {
        _copies[key] = (row, Clock.Now + Lifetime);
        return base.SetAsync(key, row, options);
    }

    public override ValueTask RemoveByTagAsync(string tag)
    {
        _copies.Clear();
        return base.RemoveByTagAsync(tag);
    }

    public override ValueTask RemoveByPatternAsync(string pattern)
    {
        _copies.Clear();
        return base.RemoveByPatternAsync(pattern);
    }

    public override ValueTask ClearAsync()
    {
        _copies.Clear();
        return base.ClearAsync();
    }
}
