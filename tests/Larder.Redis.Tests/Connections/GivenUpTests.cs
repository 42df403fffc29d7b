using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Hosting;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Redis.Tests.Connections;

/// <summary>A write that its caller has given up may still be carried out, but not after a later one of the same key: large values and small ones go over two connections.</summary>
public sealed class GivenUpTests
{
    private static readonly string Large = new('x', ClientSetup.BulkThreshold + 1);

    [Fact]
    public async Task What_changes_a_key_goes_behind_a_large_value_of_it_that_was_given_up()
    {
        await using var server = NewServer();
        await using var client = new ClientSetup(server.Port);
        await client.SetAsync("other", "1");
        var (given, end) = await GiveUpAsync(server, client, Large);

        await Task.WhenAll(
            SentAsync("SET", "key", "2"), SentAsync("UNLINK", "key"), SentAsync("UNLINK", "other", "key"), client.SetAsync("other", "2"), client.SetAsync("key2", "2"), client.GetAsync("small"), EndAsync(end));

        var writes = ConnectionOf("SET", "other");
        Assert.NotEqual(writes, given);
        Assert.Equal(given, ConnectionOf("SET", "key", "2"));
        Assert.Equal(given, ConnectionOf("UNLINK", "key"));
        Assert.Equal(given, ConnectionOf("UNLINK", "other", "key"));
        Assert.Equal(writes, ConnectionOf("SET", "key2"));

        // The next one need not: nothing of the key is on its way.
        await SentAsync("SET", "key", "3");
        Assert.Equal(writes, ConnectionOf("SET", "key", "3"));

        async Task SentAsync(params string[] words)
        {
            using var command = RedisCommand.Rent(System.Text.Encoding.UTF8.GetBytes(words[0]), words.Length - 1);
            foreach (var word in words[1..])
            {
                _ = words[0] == "UNLINK" || word == words[1] ? command.AddKey(System.Text.Encoding.UTF8.GetBytes(word)) : command.Add(word);
            }

            using var reply = await client.Client.ExecuteAsync(command, CommandKind.IdempotentWrite, CancellationToken.None);
        }

        int ConnectionOf(params string[] words) => server.Commands.Last(command => command.Name == words[0] && words[1..].Select((word, index) => command[index] == word).All(same => same)).Connection;
    }

    [Fact]
    public async Task A_large_value_goes_behind_a_small_one_of_its_key_that_was_given_up()
    {
        await using var server = NewServer();
        await using var client = new ClientSetup(server.Port);
        await client.SetAsync("other", Large);
        var (given, end) = await GiveUpAsync(server, client, "1");

        await Task.WhenAll(client.SetAsync("key", Large), client.SetAsync("another", Large), EndAsync(end));
        await client.SetAsync("key", Large);

        var bulk = server.Commands.First(command => command.Name == "SET" && command[0] == "other").Connection;
        Assert.NotEqual(bulk, given);
        Assert.Equal([given, given, bulk], server.Commands.Where(command => command.Name == "SET" && command[0] == "key").Select(command => command.Connection));
        Assert.Equal(bulk, server.Commands.First(command => command.Name == "SET" && command[0] == "another").Connection);
    }

    [Fact]
    public async Task A_removal_that_comes_before_the_end_of_an_upload_that_took_too_long_removes_what_it_brings()
    {
        await using var server = await RedisServer.StartAsync();
        await using var line = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(line.EndPoint, redis => (redis.CommandTimeout, redis.BulkThreshold) = (TimeSpan.FromMilliseconds(200), 32 * 1024));
        var cache = await fleet.JoinAsync();
        var value = new byte[2_000_000];
        Random.Shared.NextBytes(value);
        line.BytesPerSecond = 1_000_000;
        var deferred = cache.Statistics.Snapshot().DeferredInvalidations;
        await cache.SetAsync("key", value);
        Assert.True(cache.Statistics.Snapshot().DeferredInvalidations > deferred, "the set took too long");

        await cache.RemoveAsync("key");

        // That a large value takes its time does not mean that the server is away.
        await cache.SetAsync("other", 1);
        Assert.Equal(1L, await server.CommandAsync("EXISTS", fleet.Key("other")));

        // It waits, as it must; a removal that came before the value would need less.
        for (var wait = 0; wait < 60 && cache.Statistics.PendingInvalidations > 0; wait++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        line.BytesPerSecond = 0;
        await Deadline.TrueAsync(async () => await server.CallsAsync("set") >= 2, "the value has arrived, and the other one");
        await Deadline.TrueAsync(() => cache.Statistics.PendingInvalidations == 0, "the removal has arrived");
        Assert.Equal(0L, await server.CommandAsync("EXISTS", fleet.Key("key")));
    }

    [Fact]
    public async Task What_was_given_up_over_a_broken_line_does_not_arrive_when_the_line_is_whole_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var line = new FaultProxy("127.0.0.1", server.Port);
        await using var client = new ClientSetup(line.Port, settings => settings with { HeartbeatInterval = TimeSpan.FromMilliseconds(200) });
        await client.GetAsync("key");
        await client.SetAsync("key", "1");
        var connection = client.Node.Writes!;
        line.BlackHole = FaultDirections.ToServer;
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(CommandKind.IdempotentWrite, given.Token, "SET", "key", "2"));
        await Deadline.TrueAsync(() => client.Node.Writes != connection && line.ClientResets >= 2, "both connections are given up");

        line.BlackHole = FaultDirections.None;

        await Deadline.TrueAsync(() => client.Node.Writes is { IsReady: true } && client.Node.Reads is { IsReady: true }, "there are others");
        await client.SetAsync("another", "3");
        await Deadline.TrueAsync(async () => ((string)(await server.CommandAsync("CLIENT", "LIST"))!).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 3, "the old connections have ended");
        Assert.Equal("1", await server.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task A_removal_over_the_connection_for_large_values_takes_the_copies_of_other_caches_of_the_process_away()
    {
        await using var server = await RedisServer.StartAsync();
        using var host = Caches(server);
        await host.StartAsync();
        var (cache, other) = (host.Cache("one"), host.Cache("other"));
        await HoldLargeAsync(cache, other);
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => cache.SetAsync($"{new string('k', 1000)}:{i}", 1).AsTask()));

        await cache.ClearAsync();

        Assert.False((await other.GetAsync<byte[]>("key")).HasValue);
    }

    [Fact]
    public async Task A_large_value_that_a_command_of_the_application_stores_takes_the_copy_away()
    {
        await using var server = await RedisServer.StartAsync();
        using var host = Caches(server);
        await host.StartAsync();
        var (cache, other) = (host.Cache("one"), host.Cache("other"));
        await HoldLargeAsync(cache, other);
        var changed = new byte[100_000];
        Random.Shared.NextBytes(changed);
        await cache.ExecuteAsync("SET", ["shop:key", changed]);

        foreach (var reader in new[] { cache, other })
        {
            await Deadline.TrueAsync(async () => (await reader.GetAsync<byte[]>("key")).Value is { } read && read.AsSpan().SequenceEqual(changed), "the new value is read");
        }
    }

    private static ScriptedRespServer NewServer() => new ScriptedRespServer().On("GET", RespReply.Null).On("UNLINK", RespReply.Integer(1)).On("SET", RespReply.Ok);

    /// <summary>Sends a value that the server takes and does not answer, and cancels the wait.</summary>
    /// <returns>The connection that it went over, and what lets the server answer.</returns>
    private static async Task<(int Connection, TaskCompletionSource End)> GiveUpAsync(ScriptedRespServer server, ClientSetup client, string value)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Once("SET key", RespReply.Ok.After(end.Task));
        using var given = new CancellationTokenSource();
        var set = client.SendAsync(CommandKind.IdempotentWrite, given.Token, "SET", "key", value);
        var command = await server.WaitForAsync("SET key");
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => set);
        return (command.Connection, end);
    }

    /// <summary>Lets the server answer when the others have been sent.</summary>
    private static Task EndAsync(TaskCompletionSource end)
    {
        end.SetResult();
        return Task.CompletedTask;
    }

    private static IHost Caches(RedisServer server) => RedisSetup.Host(
        larder => larder.UseRedis($"redis://{server.EndPoint}?bulkThreshold=32KiB&commandTimeout=20s").AddCache("one").AddCache("other"), settings: ("Larder:Prefix", "shop"));

    /// <summary>Stores a large value, and has each cache read it until it has a copy that came over the connection for large values.</summary>
    private static async Task HoldLargeAsync(params ICache[] caches)
    {
        var value = new byte[100_000];
        Random.Shared.NextBytes(value);
        await caches[0].SetAsync("key", value);
        foreach (var cache in caches)
        {
            Assert.Equal(value, (await cache.GetAsync<byte[]>("key")).Value);
            await cache.WarmAsync<byte[]>("key");
        }
    }
}
