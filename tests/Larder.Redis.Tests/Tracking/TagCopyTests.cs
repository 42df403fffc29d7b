using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Copies of entries with tags, whose records are known in memory too.</summary>
public sealed class TagCopyTests
{
    private static readonly CacheEntryOptions Tagged = new() { Tags = ["one", "two"] };

    [Theory]
    [InlineData(RedisLocalCopies.Auto)]
    [InlineData(RedisLocalCopies.Broadcast)]
    [InlineData(RedisLocalCopies.Channel)]
    public async Task A_tagged_hit_costs_no_command_and_the_removal_of_a_tag_elsewhere_drops_it(RedisLocalCopies mode)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = mode);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1, Tagged);
        await writer.SetAsync("of another tag", 1, new CacheEntryOptions { Tags = ["three"] });
        await server.AnnouncedAsync(mode, 2);
        await reader.WarmAsync<int>("key");
        await reader.WarmAsync<int>("of another tag");
        var commands = await server.CommandsAsync();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(1, (await reader.GetAsync<int>("key")).Value);
        }

        Assert.Equal(commands, await server.CommandsAsync());

        await writer.RemoveByTagAsync("two");

        await Deadline.TrueAsync(async () => !(await reader.GetAsync<int>("key")).HasValue, "the removal is seen");
        Assert.True(await reader.IsReadFromMemoryAsync<int>("of another tag"));
    }

    [Fact]
    public async Task The_second_read_of_an_entry_whose_tags_are_known_costs_one_command()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("first", 1, Tagged);
        await writer.SetAsync("second", 2, Tagged);
        await reader.WarmAsync<int>("first");
        var commands = await server.CommandsAsync();

        Assert.Equal(2, (await reader.GetAsync<int>("second")).Value);

        Assert.Equal(1, await server.CommandsAsync() - commands);
    }

    [Fact]
    [Ledger(86)]
    public async Task An_entry_whose_tag_record_is_lost_is_a_miss()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1, Tagged);
        await reader.WarmAsync<int>("key");

        Assert.Equal(1L, await server.CommandAsync("DEL", fleet.TagKey("one")));

        await Deadline.TrueAsync(async () => !(await reader.GetAsync<int>("key")).HasValue, "a miss in the process that had a copy");
        await Deadline.TrueAsync(async () => !(await writer.GetAsync<int>("key")).HasValue, "a miss in the process that wrote it");
        await writer.SetAsync("key", 2, Tagged);
        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).GetValueOrDefault() == 2, "what is written later is found");
    }

    [Fact]
    public async Task A_tag_that_is_removed_while_an_entry_is_read_takes_the_copy_away()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        for (var round = 0; round < 200; round++)
        {
            await writer.SetAsync("key", round, Tagged);
            var reading = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => reader.GetAsync<int>("key").AsTask()));
            await writer.RemoveByTagAsync("one");
            await reading;
        }

        await Deadline.TrueAsync(async () => !(await reader.GetAsync<int>("key")).HasValue, "nothing stays");
    }

    [Fact]
    [Ledger(143)]
    [LedgerFault(13)]
    public async Task A_tag_that_a_thousand_entries_carry_is_removed_by_as_many_commands_as_one_of_a_single_entry()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.None);
        var cache = await fleet.JoinAsync();
        await cache.SetManyAsync(Enumerable.Range(0, 1_000).Select(i => KeyValuePair.Create($"key:{i}", i)), new CacheEntryOptions { Tags = ["thousand"] });
        await cache.SetAsync("single", 1, new CacheEntryOptions { Tags = ["single"] });
        await cache.RemoveByTagAsync("the first one loads the script");

        var before = await CommandsAsync();
        await cache.RemoveByTagAsync("single");
        var between = await CommandsAsync();
        await cache.RemoveByTagAsync("thousand");
        var after = await CommandsAsync();

        Assert.Equal(between - before, after - between);
        Assert.Equal(0, await cache.CountAsync());

        // One of 64 removals, of whichever tag, prolongs the life of the clock of the tags.
        async Task<long> CommandsAsync() => await server.CommandsAsync() - await server.CallsAsync("pexpire");
    }
}
