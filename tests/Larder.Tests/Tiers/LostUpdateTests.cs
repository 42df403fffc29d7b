using Larder.Tests.Conformance;

namespace Larder.Tests.Tiers;

/// <summary>
/// Two processes over one store of bytes, each between the reading and the committing of the other. Everything that one has been told is done
/// stays done.
/// </summary>
public sealed class LostUpdateTests : IAsyncDisposable
{
    private static readonly CachePolicy Sliding = new() { SlidingExpiration = TimeSpan.FromSeconds(10) };

    private readonly BytesHarness _harness = new();
    private readonly ICache _one;
    private readonly ICache _other;

    public LostUpdateTests()
    {
        _one = _harness.CreateCache();
        _other = _harness.CreateCache();
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_sliding_read_does_not_undo_a_new_expiry()
    {
        await _one.SetAsync("key", "value", Sliding);
        InFrontOfNextCommit(async () => await _other.ExpireAsync("key", TimeSpan.FromSeconds(2)));

        Assert.True((await _one.GetAsync<string>("key")).HasValue);

        _harness.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await _one.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_sliding_read_does_not_undo_a_lazy_invalidation()
    {
        await _one.SetAsync("key", "value", Sliding);
        InFrontOfNextCommit(async () => await _other.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy));

        await _one.GetAsync<string>("key");

        Assert.True((await _one.GetAsync<string>("key")).IsStale);
    }

    [Fact]
    public async Task A_sliding_read_does_not_bring_a_removed_entry_back()
    {
        await _one.SetAsync("key", "value", Sliding);
        InFrontOfNextCommit(async () => await _other.RemoveAsync("key"));

        await _one.GetAsync<string>("key");

        Assert.False(await _one.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_new_expiry_does_not_bring_an_older_value_back()
    {
        await _one.SetAsync("key", "old");
        InFrontOfNextCommit(async () => await _other.SetAsync("key", "new"));

        await _one.ExpireAsync("key", TimeSpan.FromSeconds(2));

        var found = await _one.GetAsync<string>("key");
        Assert.Equal("new", found.Value);
        Assert.Equal(TimeSpan.FromSeconds(2), found.TimeToLive);
    }

    [Fact]
    public async Task Both_of_two_increments_count()
    {
        InFrontOfNextCommit(async () => await _other.IncrementAsync("counter", 10));

        Assert.Equal(11, await _one.IncrementAsync("counter"));
    }

    [Fact]
    public async Task An_update_sees_what_came_in_between()
    {
        await _one.SetAsync("key", 1);
        InFrontOfNextCommit(async () => await _other.SetAsync("key", 5));

        Assert.Equal(50, await _one.UpdateAsync<int>("key", current => current.Value * 10));
    }

    [Fact]
    public async Task Only_one_of_two_adds_succeeds()
    {
        InFrontOfNextCommit(async () => Assert.True(await _other.AddAsync("key", "other")));

        Assert.False(await _one.AddAsync("key", "one"));

        Assert.Equal("other", (await _one.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_transaction_does_not_commit_on_what_has_changed()
    {
        await _one.SetAsync("balance", 100);
        var version = (await _one.GetAsync<int>("balance")).Version;
        InFrontOfNextCommit(async () => await _other.SetAsync("balance", 0));

        Assert.False(await _one.CreateTransaction().RequireVersion("balance", version).Set("balance", 50).Set("paid", true).CommitAsync());

        Assert.Equal(0, (await _one.GetAsync<int>("balance")).Value);
        Assert.False(await _one.ExistsAsync("paid"));
    }

    [Fact]
    public async Task The_version_that_callers_see_changes_with_the_value_alone()
    {
        await _one.SetAsync("key", "value", Sliding);
        var version = (await _one.GetAsync<string>("key")).Version;

        await _other.ExpireAsync("key", TimeSpan.FromMinutes(1));
        await _other.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);

        Assert.Equal(version, (await _one.GetAsync<string>("key")).Version);
        Assert.True(await _one.CompareAndSetAsync("key", "new", version));
        Assert.False(await _one.CompareAndSetAsync("key", "newer", version));
    }

    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("clear")]
    [InlineData("pattern")]
    [InlineData("tag")]
    [InlineData("expire")]
    [InlineData("increment")]
    [InlineData("transaction")]
    public async Task What_another_process_does_during_a_load_is_not_overwritten_by_it(string change)
    {
        var value = await _one.GetOrCreateAsync(
            "key",
            async _ =>
            {
                await ChangeAsync(change);
                return "loaded";
            },
            new() { Tags = ["tag"] });

        Assert.Equal("loaded", value);
        Assert.NotEqual("loaded", (await _one.GetAsync<string>("key")).GetValueOrDefault());
        Assert.Equal(1, _one.Statistics.Snapshot().DiscardedLoads);
    }

    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("tag")]
    [InlineData("expire")]
    [InlineData("lazy")]
    public async Task What_another_process_does_during_a_refresh_is_not_overwritten_by_it(string change)
    {
        await _one.SetAsync("key", "before", new() { Tags = ["tag"] });

        await _one.RefreshAsync(
            "key",
            async _ =>
            {
                await ChangeAsync(change);
                return "loaded";
            },
            new() { Tags = ["tag"] });

        Assert.NotEqual("loaded", (await _one.GetAsync<string>("key")).GetValueOrDefault());
        Assert.Equal(1, _one.Statistics.Snapshot().DiscardedLoads);
    }

    [Fact]
    public async Task Reads_of_a_sliding_entry_do_not_discard_its_refresh()
    {
        await _one.SetAsync("key", "before", Sliding);

        await _one.RefreshAsync(
            "key",
            async _ =>
            {
                _harness.Clock.Advance(TimeSpan.FromSeconds(1));
                await _other.GetAsync<string>("key");
                return "loaded";
            },
            Sliding);

        Assert.Equal("loaded", (await _one.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_load_under_way_shows_nowhere()
    {
        await _one.GetOrCreateAsync("key", async _ =>
        {
            Assert.Equal(0, await _other.CountAsync());
            Assert.False(await _other.ExistsAsync("key"));
            Assert.False((await _other.GetAsync<string>("key")).HasValue);
            Assert.False(await _other.RemoveAsync("key"));
            Assert.False(await _other.ReplaceAsync("key", "other"));
            Assert.True(await _other.AddAsync("key", "added"));
            return "loaded";
        });

        Assert.Equal("added", (await _one.GetAsync<string>("key")).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_load_that_stores_nothing_leaves_no_placeholder(bool fails)
    {
        var load = _one.GetOrCreateAsync(
            "key",
            async _ =>
            {
                await _one.RemoveByTagAsync("tag");
                return fails ? throw new IOException("no luck") : "loaded";
            },
            new() { Tags = ["tag"] }).AsTask();
        await ((Task)load).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(fails, load.IsFaulted);
        Assert.DoesNotContain("default:key", _harness.Tier.AllKeys);
    }

    [Fact]
    public async Task Invalidating_another_tag_during_a_load_does_not_discard_it()
    {
        await _one.GetOrCreateAsync(
            "key",
            async _ =>
            {
                await _other.RemoveByTagAsync("unrelated");
                return "loaded";
            },
            new() { Tags = ["tag"] });

        Assert.Equal("loaded", (await _one.GetAsync<string>("key")).Value);
    }

    /// <summary>Runs something after the next operation has read and before it commits.</summary>
    private void InFrontOfNextCommit(Func<Task> action) => _harness.Tier.BeforeCommit = async _ =>
    {
        _harness.Tier.BeforeCommit = null;
        await action();
    };

    private async Task ChangeAsync(string change)
    {
        switch (change)
        {
            case "set":
                await _other.SetAsync("key", "other");
                break;
            case "remove":
                await _other.RemoveAsync("key");
                break;
            case "clear":
                await _other.ClearAsync();
                break;
            case "pattern":
                await _other.RemoveByPatternAsync("k*");
                break;
            case "tag":
                await _other.RemoveByTagAsync("tag");
                break;
            case "expire":
                await _other.ExpireAsync("key", TimeSpan.FromSeconds(30));
                break;
            case "lazy":
                await _other.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
                break;
            case "increment":
                await _other.IncrementAsync("key");
                break;
            default:
                await _other.CreateTransaction().Set("key", "other").CommitAsync();
                break;
        }
    }
}
