using System.Diagnostics;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Hosting;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Copies in memory: what they spare, and what takes them away.</summary>
public sealed class LocalCopyTests
{
    private static readonly TimeSpan PushLimit = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(RedisLocalCopies.Auto, LocalCopies.Tracked)]
    [InlineData(RedisLocalCopies.Broadcast, LocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel, LocalCopies.Channel)]
    public async Task A_second_read_is_answered_from_memory_without_a_command(RedisLocalCopies mode, LocalCopies told)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = mode);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", "value");
        await server.AnnouncedAsync(mode, 1);
        await reader.WarmAsync<string>("key");
        var (reads, commands) = (reader.Statistics.Snapshot().SharedReads, await server.CommandsAsync());

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal("value", (await reader.GetAsync<string>("key")).Value);
        }

        Assert.Equal(reads, reader.Statistics.Snapshot().SharedReads);
        Assert.Equal(commands, await server.CommandsAsync());
        Assert.Equal(told, reader.Statistics.LocalCopies);
    }

    [Theory]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public async Task A_process_that_has_only_ever_read_keeps_copies_too(RedisLocalCopies mode)
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, copies: mode);
        await server.CommandAsync("SET", $"{harness.Prefix}-default:key", "1");
        var cache = harness.CreateCache();

        await cache.WarmAsync<int>("key");

        Assert.Equal(1, await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)));
    }

    [Theory]
    [Ledger(149)]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    public async Task A_write_of_another_program_is_seen_within_a_quarter_of_a_second(RedisLocalCopies mode)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = mode);
        var reader = await fleet.JoinAsync();
        using var other = await server.ConnectAsync();
        var best = TimeSpan.MaxValue;
        for (var number = 1; number <= 10; number++)
        {
            await other.CommandAsync("SET", fleet.Key("key"), $"{number}");
            var start = Stopwatch.GetTimestamp();
            await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).GetValueOrDefault() == number, "the write is seen");
            best = Stopwatch.GetElapsedTime(start) is var took && took < best ? took : best;
            await reader.WarmAsync<int>("key");
        }

        // The best counts: others use the machine too.
        Assert.True(best < PushLimit, $"{best}");
    }

    [Theory]
    [Ledger(149)]
    [LedgerFault(51)]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public async Task What_another_process_writes_or_removes_is_seen(RedisLocalCopies mode)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = mode);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("set", 1);
        await writer.SetAsync("removed", 1);
        await reader.WarmAsync<int>("set");
        await reader.WarmAsync<int>("removed");

        await writer.SetAsync("set", 2);
        await writer.RemoveAsync("removed");

        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("set")).Value == 2, "the value that was set is seen");
        await Deadline.TrueAsync(async () => !(await reader.GetAsync<int>("removed")).HasValue, "the removal is seen");
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("FLUSHDB")]
    public async Task All_copies_go_when_the_server_is_emptied(string command)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var cache = await fleet.JoinAsync();
        await cache.SetAsync("one", 1);
        await cache.SetAsync("two", 2);
        await cache.WarmAsync<int>("one");
        await cache.WarmAsync<int>("two");
        var before = cache.Statistics.Snapshot().Suspicions;

        await server.CommandAsync(command);

        await Deadline.TrueAsync(async () => !(await cache.GetAsync<int>("one")).HasValue && !(await cache.GetAsync<int>("two")).HasValue, "nothing is found any more");
        Assert.True(cache.Statistics.Snapshot().Suspicions > before);
    }

    [Fact]
    public async Task A_copy_ends_with_its_entry_although_the_server_does_not_tell()
    {
        await using var server = await RedisServer.StartAsync();
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var fleet = new Fleet(server.EndPoint);
        var reader = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        await reader.SetAsync("key", 1, TimeSpan.FromMinutes(10));
        await reader.WarmAsync<int>("key");
        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.True(await reader.IsReadFromMemoryAsync<int>("key"));

        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False((await reader.GetAsync<int>("key")).HasValue);
        Assert.Equal(1L, await server.CommandAsync("EXISTS", fleet.Key("key")));
    }

    [Fact]
    public async Task A_large_value_is_copied_and_its_change_is_heard_of()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.BulkThreshold = 32 * 1024);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        for (var round = 0; round < 3; round++)
        {
            // From the second round on the key is known as large, and read over a connection of its own.
            var value = new byte[200_000];
            Random.Shared.NextBytes(value);
            await writer.SetAsync("key", value);
            await Deadline.TrueAsync(async () => (await reader.GetAsync<byte[]>("key")).GetValueOrDefault()?.SequenceEqual(value) == true, "the value is seen");
            await reader.WarmAsync<byte[]>("key");
        }
    }

    [Fact]
    public async Task A_large_value_that_one_cache_of_a_process_changes_is_changed_for_another_one_with_its_prefix()
    {
        // What reads and writes large values is one connection, which is told nothing of its own changes.
        await using var server = await RedisServer.StartAsync();
        using var host = RedisSetup.Host(
            larder => larder.UseRedis($"redis://{server.EndPoint}?bulkThreshold=32KiB&commandTimeout=20s").AddCache("one").AddCache("other"), settings: ("Larder:Prefix", "shop"));
        await host.StartAsync();
        var (writer, reader) = (host.Cache("one"), host.Cache("other"));
        for (var round = 0; round < 3; round++)
        {
            var value = new byte[200_000];
            Random.Shared.NextBytes(value);
            await writer.SetAsync("key", value);
            Assert.Equal(value, (await reader.GetAsync<byte[]>("key")).Value);
            await reader.WarmAsync<byte[]>("key");
        }
    }

    [Fact]
    public async Task A_version_that_was_read_from_memory_is_good_for_a_compare_and_set()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1);
        await reader.WarmAsync<int>("key");
        var version = (await reader.GetAsync<int>("key")).Version;

        Assert.True(await reader.CompareAndSetAsync("key", 2, version));

        Assert.Equal(2, (await reader.GetAsync<int>("key")).Value);
        Assert.False(await reader.CompareAndSetAsync("key", 3, version));
        await Deadline.TrueAsync(async () => (await writer.GetAsync<int>("key")).Value == 2, "the other process sees it");
    }

    [Fact]
    [LedgerFault(51)]
    public async Task Fault_51_a_copy_lives_no_longer_than_what_is_left_of_its_entry()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1, TimeSpan.FromMinutes(10));
        await writer.ExpireAsync("key", TimeSpan.FromMinutes(3));
        await reader.WarmAsync<int>("key");

        var left = (await reader.GetTimeToLiveAsync("key")).Remaining;

        Assert.InRange(left!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
        await writer.ExpireAsync("key", TimeSpan.FromMinutes(1));
        await Deadline.TrueAsync(async () => (await reader.GetTimeToLiveAsync("key")).Remaining <= TimeSpan.FromMinutes(1), "a shorter life is heard of");
    }
}
