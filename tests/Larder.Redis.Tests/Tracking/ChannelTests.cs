using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Where the server does not tell of changes, the processes tell each other.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task A_user_who_may_not_ask_the_server_for_changes_gets_them_over_the_channel()
    {
        await using var server = await RedisServer.StartAsync(new() { Users = ["shop on >secret ~* &* +@all -client|tracking"] });
        await using var fleet = new Fleet(server.EndPoint, redis => (redis.User, redis.Password) = ("shop", "secret"));
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1);
        await reader.WarmAsync<int>("key");

        await writer.SetAsync("key", 2);

        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).Value == 2, "the change is heard of");
        Assert.Equal(LocalCopies.Channel, reader.Statistics.LocalCopies);
        Assert.Equal(LocalCopies.Channel, writer.Statistics.LocalCopies);
    }

    [Fact]
    [Ledger(149)]
    public async Task A_message_that_is_missing_drops_all_copies()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.Channel);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1);
        await writer.SetAsync("other", 1);
        await server.AnnouncedAsync(RedisLocalCopies.Channel, 2);
        await reader.WarmAsync<int>("key");
        await writer.SetAsync("other", 2);
        await server.AnnouncedAsync(RedisLocalCopies.Channel, 3);
        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("other")).Value == 2, "a message has been read");
        var before = reader.Statistics.Snapshot().Suspicions;
        await server.CommandAsync("SET", fleet.Key("key"), "2");
        Assert.True(await reader.IsReadFromMemoryAsync<int>("key"));

        // As if the word of the change of the key had been lost.
        await server.CommandAsync("INCR", fleet.ChangesKey);
        await writer.SetAsync("other", 3);

        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).GetValueOrDefault() == 2, "the change that nobody told of is seen");
        Assert.True(reader.Statistics.Snapshot().Suspicions > before);
    }

    [Fact]
    public async Task Copies_end_by_themselves_because_a_process_may_die_before_it_tells()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.Channel);
        var clock = new Larder.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        var reader = await fleet.JoinAsync(options: options => options.TimeProvider = clock);
        await reader.SetAsync("key", 1, TimeSpan.FromHours(1));
        await reader.WarmAsync<int>("key");
        await server.CommandAsync("SET", fleet.Key("key"), "2");
        Assert.True(await reader.IsReadFromMemoryAsync<int>("key"));

        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(2, (await reader.GetAsync<int>("key")).Value);
    }
}
