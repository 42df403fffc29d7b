
namespace Larder.Testing.Conformance;

/// <summary>
/// What Microsoft's implementation of HybridCache gets wrong, and Larder does not: each fault has a number. Where caches share nothing, they are as good as one.
/// </summary>
internal sealed class HybridGapConformance(CacheHarness harness) : HybridSuite(harness)
{
    public async Task Gap_01_a_change_on_one_node_is_seen_on_the_others()
    {
        var (one, other) = (Hybrid, Node());
        if (!await AreSharedAsync(one, other))
        {
            return;
        }

        foreach (var key in new[] { "removed", "set", "tagged" })
        {
            await one.SetAsync(key, "old", tags: ["tag"]);
            await ReadsAsync(other, key, "old");
        }

        await one.RemoveAsync("removed");
        await ReadsAsync<string?>(other, "removed", null);
        await one.RemoveByTagAsync("tag");
        await ReadsAsync<string?>(other, "tagged", null);
        await one.SetAsync("set", "new");
        await ReadsAsync(other, "set", "new");
    }

    public async Task Gap_02_invalidations_by_tag_are_seen_by_a_node_that_knows_the_tag()
    {
        var (one, other) = (Hybrid, Node());
        if (!await AreSharedAsync(one, other))
        {
            return;
        }

        foreach (var tag in new[] { "tag", "*" })
        {
            for (var round = 0; round < 3; round++)
            {
                await other.SetAsync("key", $"{round}", tags: ["tag"]);
                await ReadsAsync(one, "key", $"{round}");
                await one.RemoveByTagAsync(tag);
                await ReadsAsync<string?>(other, "key", null);
                Expect.Equal("new", await other.GetOrCreateAsync("other", _ => new ValueTask<string>("new"), tags: ["tag"]));
                await one.RemoveByTagAsync(tag);
                await ReadsAsync<string?>(other, "other", null);
            }
        }
    }

    public async Task Gap_03_a_node_that_has_just_started_does_not_serve_what_was_invalidated()
    {
        await Hybrid.SetAsync("key", "old", tags: ["tag"]);
        await Hybrid.SetAsync("untagged", "old");
        await Hybrid.RemoveByTagAsync("tag");
        await Hybrid.RemoveByTagAsync("*");

        var cold = Node();

        Expect.True(await PeekAsync<string?>(cold, "key") is null);
        Expect.True(await PeekAsync<string?>(cold, "untagged") is null);
        Expect.Equal("new", await cold.GetOrCreateAsync("key", _ => new ValueTask<string>("new"), tags: ["tag"]));
    }

    public async Task Gap_04_clocks_that_differ_do_not_undo_an_invalidation()
    {
        foreach (var skew in new[] { TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(30) })
        {
            var other = Node(configure: options => options.TimeProvider = new FakeTimeProvider(Clock.GetUtcNow() + skew));
            if (!await AreSharedAsync(Hybrid, other))
            {
                return;
            }

            await Hybrid.SetAsync("key", "old", tags: ["tag"]);
            await ReadsAsync(other, "key", "old");
            await other.RemoveByTagAsync("tag");
            await ReadsAsync<string?>(Hybrid, "key", null);
            await ReadsAsync<string?>(other, "key", null);
            await other.SetAsync("key", "new", tags: ["tag"]);
            await ReadsAsync(Hybrid, "key", "new");
            await Hybrid.RemoveByTagAsync("*");
            await ReadsAsync<string?>(other, "key", null);
        }
    }

    public async Task Gap_07_callers_with_and_without_state_share_a_load()
    {
        var held = new HeldLoad<string>();
        var stateless = Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask();
        await held.BegunAsync;
        var stateful = Hybrid.GetOrCreateAsync("key", 42, (_, _) => held.LoadAsync()).AsTask();
        held.Return("value");

        Expect.Equal("value", await Eventually.EndsAsync(stateless));
        Expect.Equal("value", await Eventually.EndsAsync(stateful));
    }

    public async Task Gap_08_the_factory_has_the_context_of_its_caller()
    {
        var local = new AsyncLocal<string> { Value = "of the caller" };
        using var source = new CancellationTokenSource();

        Expect.Equal("of the caller", await Hybrid.GetOrCreateAsync("a", async _ =>
        {
            await Task.Yield();
            return local.Value!;
        }, cancellationToken: source.Token));
        Expect.Equal("of the caller", await Hybrid.GetOrCreateAsync("b", _ => new ValueTask<string>(local.Value!)));
    }

    public async Task Gap_09_what_was_loaded_before_an_invalidation_is_not_stored()
    {
        Func<Task>[] invalidations =
        [
            () => Hybrid.RemoveAsync("key").AsTask(),
            () => Hybrid.RemoveByTagAsync("tag").AsTask(),
            () => Hybrid.RemoveByTagAsync("*").AsTask(),
        ];
        foreach (var invalidate in invalidations)
        {
            var held = new HeldLoad<string>();
            var loading = Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync(), tags: ["tag"]).AsTask();
            await held.BegunAsync;
            await invalidate();
            held.Return("old");

            Expect.Equal("old", await Eventually.EndsAsync(loading));
            Expect.True(await PeekAsync<string?>("key") is null);
        }
    }

    public async Task Gap_10_set_checks_its_key_and_its_token_and_tells_of_failures()
    {
        foreach (var key in new[] { "", " ", "a\nb", new string('k', 2000) })
        {
            await Hybrid.SetAsync(key, "value");
            Expect.True(await PeekAsync<string?>(key) is null);
        }

        await Expect.ThrowsAsync<ArgumentNullException>(() => Hybrid.SetAsync(null!, "value").AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Hybrid.SetAsync("key", "value", cancellationToken: new CancellationToken(canceled: true)).AsTask());
        Expect.True(await PeekAsync<string?>("key") is null);
    }

    public async Task Gap_11_a_value_in_memory_does_not_outlive_its_expiration()
    {
        await Hybrid.SetAsync("key", "value", new() { LocalCacheExpiration = TimeSpan.FromHours(1) });
        await Hybrid.SetAsync("both", "value", new() { LocalCacheExpiration = TimeSpan.FromHours(1), Expiration = TimeSpan.FromMinutes(1) });
        await PeekAsync<string>("key");
        Clock.Advance(TimeSpan.FromMinutes(1));
        Expect.True(await PeekAsync<string?>("both") is null);
        Clock.Advance(TimeSpan.FromMinutes(4));

        Expect.True(await PeekAsync<string?>("key") is null);
    }

    public async Task Gap_12_caches_of_two_names_share_no_keys()
    {
        var other = Node(configure: options => options.Prefix = "other");
        await Hybrid.SetAsync("key", "one", tags: ["tag"]);
        await other.SetAsync("key", "two", tags: ["tag"]);

        Expect.Equal(("one", "two"), (await PeekAsync<string>("key"), await PeekAsync<string>(other, "key")));
        await Hybrid.RemoveByTagAsync("*");
        await Hybrid.RemoveByTagAsync("tag");
        Expect.Equal("two", await PeekAsync<string>(other, "key"));
    }
}
