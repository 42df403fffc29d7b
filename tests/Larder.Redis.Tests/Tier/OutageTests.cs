using System.Diagnostics;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tier;

/// <summary>A server that is killed, paused, full or read-only: reads are answered, and no change is told to be done that is not.</summary>
[Trait("Category", "Slow")]
public sealed class OutageTests
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMilliseconds(500);

    [Fact]
    [Ledger(121, 170)]
    [Trait("Scenario", "S4")]
    public async Task Reads_are_answered_by_their_loaders_while_the_server_is_dead_and_by_the_server_again_soon_after()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, commandTimeout: CommandTimeout);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", "stored");
        await server.KillAsync();

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal("loaded", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        }

        Assert.True(cache.Statistics.Snapshot().TierErrors > 0);
        await server.RestartAsync();
        var back = Stopwatch.StartNew();
        await Deadline.TrueAsync(async () =>
        {
            await cache.GetOrCreateAsync("other", _ => ValueTask.FromResult("anew"));
            return await cache.ExistsAsync("other");
        }, "the cache uses the server again");
        TestContext.Current.SendDiagnosticMessage($"back after {back.ElapsedMilliseconds} ms");
    }

    [Fact]
    [Ledger(173)]
    [Trait("Scenario", "S5")]
    public async Task A_paused_server_costs_few_slow_reads_and_then_none()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, commandTimeout: CommandTimeout);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", "stored");
        var slow = 0;

        // A machine that stands still makes more of them; then once more.
        for (var attempt = 0; attempt < 3 && slow is < 1 or > 3; attempt++)
        {
            server.Pause();
            slow = 0;
            for (var i = 0; i < 100; i++)
            {
                var watch = Stopwatch.StartNew();
                Assert.Equal("loaded", await cache.GetOrCreateAsync($"key {attempt} {i}", _ => ValueTask.FromResult("loaded")));
                slow += watch.Elapsed > CommandTimeout / 2 ? 1 : 0;
            }

            server.Resume();
            await Deadline.TrueAsync(async () => (await cache.GetAsync<string>("key")).GetValueOrDefault() == "stored", "the cache uses the server again");
        }

        Assert.InRange(slow, 1, 3);
    }

    [Fact]
    [Ledger(170)]
    public async Task A_removal_that_could_not_be_delivered_is_done_when_the_server_is_back_and_holds_in_this_process_at_once()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var harness = RedisHarness.Over(server);
        var cache = harness.CreateCache();
        await cache.SetAsync("removed", "old");
        await cache.SetAsync("set", "old");
        await cache.SetAsync("set with a tag", "old", new() { Tags = ["another"] });
        await cache.SetAsync("tagged", "old", new() { Tags = ["tag"] });
        await server.KillAsync();

        await cache.RemoveAsync("removed");
        await cache.SetAsync("set", "new");
        await cache.SetAsync("set with a tag", "new", new() { Tags = ["another"] });
        await cache.RemoveByTagAsync("tag");
        await server.RestartAsync();

        Assert.Equal(4, cache.Statistics.Snapshot().DeferredInvalidations);
        await Deadline.TrueAsync(async () =>
        {
            foreach (var key in new[] { "removed", "set", "set with a tag", "tagged" })
            {
                Assert.NotEqual("old", (await cache.GetAsync<string>(key)).GetValueOrDefault());
            }

            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            return (long)(await server.CommandAsync("EXISTS", $"{harness.Prefix}-default:removed", $"{harness.Prefix}-default:set", $"{harness.Prefix}-default:set with a tag"))! == 0;
        }, "the removals are delivered");
        await Deadline.TrueAsync(async () => !await cache.ExistsAsync("tagged"), "the tag is removed");
        await cache.SetAsync("set", "newest");
        Assert.Equal("newest", (await cache.GetAsync<string>("set")).Value);
    }

    [Fact]
    [Ledger(169)]
    public async Task A_strict_cache_throws_what_kept_a_change_from_being_done()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, settings => settings with { IsStrict = true });
        var cache = harness.CreateCache();
        await cache.SetAsync("key", 1);
        await server.KillAsync();

        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.SetAsync("key", 2));
        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.RemoveAsync("key"));
        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.RemoveByTagAsync("tag"));
    }

    [Theory]
    [Trait("Scenario", "S21")]
    [InlineData("OOM")]
    [InlineData("READONLY")]
    [InlineData("NOPERM")]
    public async Task A_server_that_refuses_writes_answers_reads_and_gets_no_acknowledged_change(string refusal)
    {
        await using var server = await RedisServer.StartAsync();
        await using var strict = RedisHarness.Over(server, settings => settings with { IsStrict = true });
        var cache = strict.CreateCache();
        await cache.SetAsync("key", "stored");
        await server.CommandAsync(refusal switch
        {
            "OOM" => ["CONFIG", "SET", "maxmemory", "1"],
            "READONLY" => ["REPLICAOF", "127.0.0.1", "1"],
            _ => ["ACL", "SETUSER", "default", "-@write"],
        });

        var error = await Assert.ThrowsAsync<CacheServerException>(async () => await cache.SetAsync("key", "new"));

        Assert.Equal(refusal, error.Code);
        Assert.Equal("stored", (await cache.GetAsync<string>("key")).Value);
        Assert.Equal("loaded", await cache.GetOrCreateAsync("other", _ => ValueTask.FromResult("loaded")));
    }

    [Fact]
    [Trait("Scenario", "S21")]
    public async Task A_server_that_still_loads_its_data_keeps_no_reader_waiting_and_loses_no_change()
    {
        await using var server = await RedisServer.StartAsync(new() { Settings = ["enable-debug-command yes", "loading-process-events-interval-bytes 1024"] });
        await using var harness = RedisHarness.Over(server, commandTimeout: CommandTimeout);
        var cache = harness.CreateCache();
        await cache.SetAsync("removed", "old");
        await cache.SetAsync("kept", "stored");
        for (var i = 0; i < 100; i++)
        {
            await server.CommandAsync("SET", $"{harness.Prefix}-filler:{i}", new string('x', 2_000));
        }

        await server.CommandAsync("CONFIG", "SET", "key-load-delay", "20000");
        var reload = server.CommandAsync("DEBUG", "RELOAD");
        await Deadline.TrueAsync(async () => await IsLoadingAsync(server), "the server loads");

        Assert.Equal("loaded", await cache.GetOrCreateAsync("kept", _ => ValueTask.FromResult("loaded")));
        await cache.RemoveAsync("removed");

        Assert.False(reload.IsCompleted);
        Assert.Equal("anew", await cache.GetOrCreateAsync("removed", _ => ValueTask.FromResult("anew")));
        await reload;
        await Deadline.TrueAsync(async () =>
        {
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await cache.GetAsync<string>("kept")).GetValueOrDefault() == "stored" && (long)(await server.CommandAsync("EXISTS", $"{harness.Prefix}-default:removed"))! == 0;
        }, "what was there is read, and the removal is delivered");
    }

    [Fact]
    public async Task What_needs_an_answer_of_the_server_throws_while_it_is_dead()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", 1);
        await server.KillAsync();

        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.IncrementAsync("key"));
        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.AddAsync("other", 1));
        await Assert.ThrowsAsync<CacheConnectionException>(async () => await cache.CountAsync());
        Assert.Equal(0, await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(0)));
    }

    [Fact]
    public async Task What_was_loaded_while_the_server_was_dead_is_not_kept_when_a_removal_overtakes_the_keeping()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var cache = Overtaken(harness, cache => cache.RemoveAsync("key").AsTask());
        await cache.SetAsync("other", 1);
        await server.KillAsync();

        Assert.Equal("old", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("old")));

        Assert.Equal("new", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new")));
        Assert.Equal("new", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("newest")));
    }

    [Fact]
    public async Task What_was_set_while_the_server_was_dead_is_not_kept_when_the_removal_of_its_tag_overtakes_it()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var cache = Overtaken(harness, cache => cache.RemoveByTagAsync("tag").AsTask());
        await cache.SetAsync("other", 1);
        await server.KillAsync();

        await cache.SetAsync("key", "old", new() { Tags = ["tag"] });

        Assert.Equal("new", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new")));
        await cache.SetAsync("key", "set", new() { Tags = ["tag"] });
        Assert.Equal("set", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("newest")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_loaded_while_the_server_was_dead_is_not_kept_when_a_tag_of_it_was_removed_meanwhile(bool onlyTheLoaderKnows)
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var cache = harness.CreateCache();
        await cache.SetAsync("other", 1);
        await server.KillAsync();
        CacheEntryOptions options = onlyTheLoaderKnows ? default : new() { Tags = ["tag"] };
        var (begun, held) = (new TaskCompletionSource(), new TaskCompletionSource());
        var loading = cache.GetOrCreateAsync(
            "key",
            (begun, held),
            static async (state, load, _) =>
            {
                load.AddTags("tag");
                state.begun.SetResult();
                await state.held.Task;
                return "old";
            },
            options).AsTask();
        await begun.Task;

        await cache.RemoveByTagAsync("tag");
        held.SetResult();

        Assert.Equal("old", await loading);
        Assert.Equal("new", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"), options));
    }

    [Fact]
    public async Task A_removal_while_the_server_is_dead_keeps_later_readers_from_a_load_that_began_before()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", "stored");
        await server.KillAsync();
        var held = new TaskCompletionSource<string>();
        var begun = new TaskCompletionSource();
        var before = cache.GetOrCreateAsync("key", async _ =>
        {
            begun.SetResult();
            return await held.Task;
        }).AsTask();
        await begun.Task;

        await cache.RemoveAsync("key");

        Assert.Equal("new", await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new")).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        held.SetResult("old");
        Assert.Equal("old", await before);
    }

    [Fact]
    public async Task A_removal_by_pattern_that_is_put_off_holds_at_once_for_those_who_read_all_the_while()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: RedisLocalCopies.Auto);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", 1);
        await server.CommandAsync("ACL", "SETUSER", "default", "-@write");
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await cache.GetAsync<int>("key");

                // Answers come without a wait, and there are two threads for all tests.
                await Task.Yield();
            }
        })).ToArray();

        var kept = 0;
        for (var i = 0; i < 100; i++)
        {
            await Deadline.TrueAsync(async () => (await cache.GetAsync<int>("key")).HasValue, "a copy is there");
            await cache.RemoveByPatternAsync("k*");
            kept += (await cache.GetAsync<int>("key")).HasValue ? 1 : 0;
            await server.CommandAsync("ACL", "SETUSER", "default", "+@all");
            await Deadline.TrueAsync(() =>
            {
                harness.Clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(cache.Statistics.PendingInvalidations == 0);
            }, "it is delivered");
            await cache.SetAsync("key", 1);
            await server.CommandAsync("ACL", "SETUSER", "default", "-@write");
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(0, kept);
    }

    [Fact]
    public async Task A_removal_whose_script_may_not_run_its_commands_is_put_off()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server);
        var cache = harness.CreateCache();
        await cache.SetAsync("key", 1, new() { Tags = ["tag"] });
        await server.CommandAsync("ACL", "SETUSER", "default", "-@write");

        await cache.RemoveAsync("key");
        await cache.RemoveByTagAsync("tag");

        Assert.Equal(2, cache.Statistics.Snapshot().DeferredInvalidations);
        Assert.False((await cache.GetAsync<int>("key")).HasValue);
    }

    /// <summary>Makes a cache in which something happens when all has been looked at, and the value "old" has not been put into memory yet: while it is weighed.</summary>
    private static ICache Overtaken(RedisHarness harness, Func<ICache, Task> by)
    {
        ICache? cache = null;
        var isOvertaken = false;
        return cache = harness.CreateCache(options => (options.Memory.MaxBytes, options.Memory.Weigher) = (1_000_000, (_, value) =>
        {
            if (value is "old" && !isOvertaken)
            {
                isOvertaken = true;
                by(cache!).GetAwaiter().GetResult();
            }

            return 10;
        }));
    }

    private static async Task<bool> IsLoadingAsync(RedisServer server)
    {
        try
        {
            await server.CommandAsync("GET", "anything");
            return false;
        }
        catch (RespErrorException exception)
        {
            return exception.Message.Contains("LOADING", StringComparison.Ordinal);
        }
    }
}
