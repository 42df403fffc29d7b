using Larder.Benchmarks;
using Larder.Peers.Libraries;

namespace Larder.Peers.Scenarios;

/// <summary>What an entry takes on the managed heap beside its key and value, after it was set and after it was loaded.</summary>
internal static class Bytes
{
    public static async Task RunAsync(bool isQuick)
    {
        var count = isQuick ? 100_000 : 1_000_000;
        string[] keys = [.. Enumerable.Range(0, count).Select(KeySet.KeyOf)];
        var product = new Product(1, "name");
        Table.Head($"{count:N0} entries", "B per entry, set", "B per entry, loaded by get-or-create");
        Func<ILibrary>[] all = [() => new FrameworkLibrary(), HybridLibrary.InMemory, FusionLibrary.InMemory, () => LarderLibrary.InMemory(2 * count)];
        foreach (var create in all)
        {
            var set = await MeasureAsync(create, keys, (library, key) => library.SetAsync(key, product, []));
            var loaded = await MeasureAsync(create, keys, async (library, key) => await library.GetOrCreateAsync(key, _ => Task.FromResult(product), []));
            await using var library = create();
            Table.Row(library.Name, Table.Number(set, 0), Table.Number(loaded, 0));
        }
    }

    private static async Task<double> MeasureAsync(Func<ILibrary> create, string[] keys, Func<ILibrary, string, ValueTask> add)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var library = create();
        foreach (var key in keys)
        {
            await add(library, key);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(keys);
        return (double)grown / keys.Length;
    }
}
