using Larder.Peers.Libraries;

namespace Larder.Peers.Scenarios;

/// <summary>
/// A load is under way when its key is set, removed, or removed by tag; then the load ends, with the value from before. Counted is how often the cache
/// holds that value afterwards. The order of events is forced, so that the share does not depend on luck.
/// </summary>
internal static class Races
{
    private static readonly Product s_before = new(1, "before");
    private static readonly Product s_after = new(2, "after");

    private static readonly (string Name, Func<ILibrary, string, ValueTask> Run)[] s_changes =
    [
        ("set", (library, key) => library.SetAsync(key, s_after, Tags(key))),
        ("removed", (library, key) => library.RemoveAsync(key)),
        ("removed by tag", (library, key) => library.RemoveByTagAsync(Tags(key)[0])),
    ];

    public static async Task RunAsync(bool isQuick)
    {
        var rounds = isQuick ? 3 : 20;
        Table.Head("stale after the race, of all rounds", "nodes", "set during the load", "removed during the load", "removed by tag during the load", "set during a refresh", "removed during a refresh", "removed by tag during a refresh");
        foreach (var create in (Func<ILibrary>[])[() => new FrameworkLibrary(), HybridLibrary.InMemory, FusionLibrary.InMemory, LarderLibrary.InMemory])
        {
            await using var library = create();
            await MeasureAsync(library, library, "1", rounds);
        }

        using var server = new RedisServer();
        Func<Task<ILibrary>>[] overRedis =
        [
            () => HybridLibrary.OverRedisAsync("HybridCache over Redis", server.Port),
            () => FusionLibrary.OverRedisAsync("FusionCache over Redis", server.Port),
            () => FusionLibrary.OverRedisAsync("FusionCache over Redis, distributed locker", server.Port, withLocker: true),
            () => LarderLibrary.OverRedisAsync("Larder over Redis", server.Port),
        ];
        foreach (var create in overRedis)
        {
            server.Run("flushall");
            await using var loads = await create();
            await using var changes = await create();
            await MeasureAsync(loads, changes, "2", rounds);
        }
    }

    private static async Task MeasureAsync(ILibrary loads, ILibrary changes, string nodes, int rounds)
    {
        var cells = new List<object> { loads.Name, nodes };
        foreach (var isRefresh in new[] { false, true })
        {
            foreach (var change in s_changes)
            {
                if ((isRefresh && loads.GetAndRefresh is null) || (change.Name == "removed by tag" && loads is FrameworkLibrary))
                {
                    cells.Add("-");
                    continue;
                }

                var stale = await Task.WhenAll(Enumerable.Range(0, rounds).Select(_ => RaceAsync(loads, changes, change.Run, isRefresh)));
                cells.Add($"{stale.Count(isStale => isStale)} of {rounds}");
            }
        }

        Table.Row([.. cells]);
    }

    private static async Task<bool> RaceAsync(ILibrary loads, ILibrary changes, Func<ILibrary, string, ValueTask> change, bool isRefresh)
    {
        var key = $"race:{Guid.NewGuid():N}";
        var (started, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Task<Product> loading;
        if (isRefresh)
        {
            await loads.GetAndRefresh!(key, _ => Task.FromResult(s_before), Tags(key));
            await Task.Delay(1_500);
            loading = loads.GetAndRefresh(key, LoadAsync, Tags(key)).AsTask();
        }
        else
        {
            loading = loads.GetOrCreateAsync(key, LoadAsync, Tags(key)).AsTask();
        }

        await started.Task.WaitAsync(TimeSpan.FromSeconds(10));

        // A tag is known to be removed after the load began by clocks that are no finer than a tick.
        await Task.Delay(20);
        await change(changes, key);
        await Task.Delay(200);
        gate.SetResult();
        await loading;
        await Task.Delay(1_000);
        return await loads.FindAsync(key) == s_before || await changes.FindAsync(key) == s_before;

        async Task<Product> LoadAsync(CancellationToken cancellation)
        {
            started.TrySetResult();
            await gate.Task;
            return s_before;
        }
    }

    private static string[] Tags(string key) => [$"tag:{key}"];
}
