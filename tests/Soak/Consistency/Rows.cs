using Larder.Soak.Caches;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>Reads rows through the cache.</summary>
internal sealed class Rows(CacheUnderTest cache, SourceOfRecord source, KeySpace keys, ConsistencyOptions options)
{
    private long _loads;

    public long Loads => Volatile.Read(ref _loads);

    public ValueTask<SourceRow> ReadAsync(int key) =>
        cache.GetOrCreateAsync(keys.NameOf(key), (Rows: this, Key: key), static (state, load, _) => state.Rows.LoadAsync(state.Key, load), keys.OptionsOf(key));

    /// <summary>Reads the row first and takes its time then, so that writers can overtake it.</summary>
    private async ValueTask<SourceRow> LoadAsync(int key, LoadContext load)
    {
        Interlocked.Increment(ref _loads);
        var row = SourceRow.Of(key, source.VersionOf(key), options.ValueBytes);
        if (KeySpace.IsTaggedByLoader(key))
        {
            load.AddTags(KeySpace.TagOf(key / KeySpace.GroupSize));
        }

        // Some take far longer: readers that come meanwhile join a load from before an invalidation, if the cache lets them.
        var delay = Random.Shared.Next(options.LoadMilliseconds + 1) * (Random.Shared.Next(20) == 0 ? 10 : 1);
        if (delay > 0)
        {
            await Clock.DelayAsync(TimeSpan.FromMilliseconds(delay));
        }

        return row;
    }
}
