using System.ComponentModel;

namespace Larder.Tests.Adapters;

/// <summary>Caches whose readers get copies: of what, and where.</summary>
public sealed class CopyTests : MemoryTest
{
    private readonly Lazy<ICache> _copying;

    public CopyTests() => _copying = new Lazy<ICache>(() => CreateCache(options => options.Copy = CopyMode.WhenMutable));

    private ICache Copying => _copying.Value;

    [Fact]
    public async Task Without_copies_all_readers_share_an_instance()
    {
        List<int> value = [1];
        await Cache.SetAsync("key", value);

        Assert.Same(value, (await Cache.GetAsync<List<int>>("key")).Value);
    }

    [Fact]
    public async Task What_cannot_be_changed_is_shared()
    {
        await AssertSharedAsync("text");
        await AssertSharedAsync(new Marked());
        await AssertSharedAsync(new MarkedStruct([1]));
        await Copying.SetAsync("number", 42);
        await Copying.SetAsync("point", new Point(1, 2));
        Assert.Equal(42, (await Copying.GetAsync<int>("number")).Value);
        Assert.Equal(new Point(1, 2), (await Copying.GetAsync<Point>("point")).Value);
        Assert.Equal(43, await Copying.IncrementAsync("number"));
    }

    [Fact]
    public async Task What_can_be_changed_is_copied_a_mark_on_an_open_class_does_not_count()
    {
        await AssertCopiedAsync(new List<int> { 1 });
        await AssertCopiedAsync(new byte[] { 1 });
        await AssertCopiedAsync(new MarkedOpen());
        await AssertCopiedAsync(new Plain());
    }

    [Fact]
    public async Task Every_operation_that_reads_gives_a_copy()
    {
        await Copying.SetAsync("key", new List<int> { 1 });
        List<List<int>> read =
        [
            (await Copying.GetAsync<List<int>>("key")).Value,
            (await Copying.PeekAsync<List<int>>("key")).Value,
            (await Copying.GetManyAsync<List<int>>(["key"]))[0].Value,
            Copying.TryGet<List<int>>("key", out var taken) ? taken : null!,
            await Copying.GetOrCreateAsync<List<int>>("key", _ => throw new InvalidOperationException()),
            (await Copying.GetOrCreateManyAsync<List<int>>(["key"], (_, _) => throw new InvalidOperationException()))["key"],
            (List<int>)(await Copying.For<List<int>>().GetAsync("key")).Value,
        ];
        await Copying.UpdateAsync<List<int>>("key", found =>
        {
            read.Add(found.Value);
            return [2];
        });
        read.Add((await Copying.ExchangeAsync("key", new List<int> { 3 })).Value);

        Assert.Equal(9, read.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.All(read.Take(8), value => Assert.Equal([1], value));
        Assert.Equal([2], read[8]);
    }

    [Fact]
    public async Task Every_operation_that_writes_takes_a_copy()
    {
        List<int> value = [1];
        await Copying.SetAsync("set", value);
        await Copying.AddAsync("add", value);
        await Copying.SetManyAsync([KeyValuePair.Create("many", value)]);
        await Copying.CreateTransaction().Set("transaction", value).CommitAsync();
        await Copying.GetOrCreateAsync("created", _ => new ValueTask<List<int>>(value));
        await Copying.GetOrCreateManyAsync(["createdMany"], (_, _) => new ValueTask<IReadOnlyDictionary<string, List<int>>>(new Dictionary<string, List<int>> { ["createdMany"] = value }));
        await Copying.RefreshAsync("refreshed", _ => new ValueTask<List<int>>(value));
        value[0] = 9;

        foreach (var key in new[] { "set", "add", "many", "transaction", "created", "createdMany", "refreshed" })
        {
            Assert.Equal([1], (await Copying.GetAsync<List<int>>(key)).Value);
        }
    }

    [Fact]
    public async Task The_loader_s_callers_each_have_a_copy_and_none_has_the_loaded_one()
    {
        List<int> loaded = [1];
        var release = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 5).Select(_ => Copying.GetOrCreateAsync("key", async _ =>
        {
            await release.Task;
            return loaded;
        }).AsTask()).ToArray();
        release.SetResult();

        var values = await Task.WhenAll(callers);

        Assert.Equal(6, values.Append(loaded).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public async Task A_copy_is_weighed_by_its_bytes()
    {
        var weights = new List<long>();
        await using var cache = CreateCache(options =>
        {
            options.Copy = CopyMode.WhenMutable;
            options.Memory.Weigher = (_, value) =>
            {
                weights.Add(value is ReadOnlyMemory<byte> bytes ? bytes.Length : -1);
                return 100;
            };
        });
        await cache.SetAsync("key", new List<int> { 1, 2 });
        await cache.SetAsync("text", "text");

        Assert.Equal(["[1,2]".Length, -1], weights);
        await Copying.SetAsync("large", new byte[10_000]);
        Assert.InRange(Copying.Statistics.Bytes, 10_000, 10_500);
    }

    [Fact]
    public async Task A_copy_read_as_another_type_is_a_miss()
    {
        await Copying.SetAsync("key", new List<int> { 1 });

        Assert.False((await Copying.GetAsync<Plain>("key")).HasValue);
        Assert.False((await Copying.GetAsync<int>("key")).HasValue);
        Assert.Equal(2, Copying.Statistics.Snapshot().TypeMismatches);
    }

    [Fact]
    public async Task A_copy_read_as_an_object_is_the_value_and_not_what_memory_holds()
    {
        await Copying.SetAsync<object>("key", "text");
        await Copying.SetAsync<object>("number", 42);
        await Copying.SetAsync("list", new List<int> { 1 });

        Assert.Equal("text", (await Copying.GetAsync<object>("key")).Value);
        Assert.Equal(43, await Copying.IncrementAsync("number"));
        Assert.DoesNotContain("Larder", (await Copying.GetAsync<object>("list")).Value.GetType().FullName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_cannot_be_copied_is_refused()
    {
        await Assert.ThrowsAsync<CacheSerializationException>(() => Copying.SetAsync("key", new Broken()).AsTask());
        await Assert.ThrowsAsync<CacheSerializationException>(() => Copying.GetOrCreateAsync("key", _ => new ValueTask<Broken>(new Broken())).AsTask());
        await Assert.ThrowsAsync<CacheSerializationException>(() => Copying.GetOrCreateManyAsync(["key"], (_, _) =>
            new ValueTask<IReadOnlyDictionary<string, Broken>>(new Dictionary<string, Broken> { ["key"] = new() })).AsTask());

        Assert.False(await Copying.ExistsAsync("key"));
        Assert.Equal(2, Copying.Statistics.Snapshot().LoadFailures);
    }

    private async Task AssertSharedAsync<T>(T value)
    {
        await Copying.SetAsync("key", value);
        var (one, other) = ((await Copying.GetAsync<T>("key")).Value, (await Copying.GetAsync<T>("key")).Value);
        Assert.Equal(value, one);
        Assert.True(default(T) is not null || ReferenceEquals(one, other));
    }

    private async Task AssertCopiedAsync<T>(T value)
        where T : class
    {
        await Copying.SetAsync("key", value);
        var (one, other) = ((await Copying.GetAsync<T>("key")).Value, (await Copying.GetAsync<T>("key")).Value);
        Assert.NotSame(one, other);
        Assert.NotSame(value, one);
    }

    [ImmutableObject(true)]
    private sealed class Marked
    {
        public Marked? Self => this;
    }

    [ImmutableObject(true)]
    private readonly record struct MarkedStruct(int[] Numbers);

    [ImmutableObject(true)]
    private class MarkedOpen;

    private sealed class Plain;

    private readonly record struct Point(int X, int Y);

    private sealed class Broken
    {
        public string Property => throw new NotSupportedException("no");
    }
}
