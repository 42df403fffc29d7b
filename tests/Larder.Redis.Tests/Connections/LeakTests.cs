using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Blocks and commands go back to their pools, whatever happens to them.</summary>
[Collection(nameof(Measurements))]
public sealed class LeakTests(SharedServers servers, ITestOutputHelper output)
{
    [Fact]
    public async Task After_timeouts_cancellations_and_losses_every_block_and_command_is_back()
    {
        var server = await servers.Standalone.GetAsync();
        var prefix = $"leak:{Guid.NewGuid():N}:";
        await Deadline.TrueAsync(() => ReceiveBlock.Live == 0);
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        var client = new ClientSetup(proxy.Port, settings => settings with { CommandTimeout = TimeSpan.FromMilliseconds(150), HeartbeatInterval = TimeSpan.FromMilliseconds(100) }, retryCount: 2);
        await using (var patient = new ClientSetup(server.Port))
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => patient.SetAsync($"{prefix}{i}", Value($"{prefix}{i}"))));
        }

        var (answered, failed, cancelled) = (0L, 0L, 0L);
        var ended = new CancellationTokenSource();
        var madeBefore = RedisCommand.Made;
        var workers = Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (!ended.IsCancellationRequested)
            {
                using var cancellation = new CancellationTokenSource();
                var key = $"{prefix}{random.Next(20)}";
                var call = random.Next(4) == 0 ? client.SendAsync(CommandKind.Write, cancellation.Token, "STRLEN", key) : client.GetAsync(key, cancellation.Token);
                if (random.Next(5) == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    var reply = await call;
                    Assert.True(reply == Value(key) || reply == $"{Value(key).Length}", "A reply is not that of its command.");
                    answered++;
                }
                catch (OperationCanceledException)
                {
                    cancelled++;
                }
                catch (CacheException)
                {
                    failed++;
                    await Task.Yield();
                }
            }
        })).ToArray();

        for (var i = 0; i < 12; i++)
        {
            await Task.Delay(60);
            proxy.Reset();
            await Task.Delay(60);
            proxy.BlackHole = FaultDirections.ToClient;
            await Task.Delay(90);
            await Task.Delay(90);
            proxy.BlackHole = FaultDirections.None;
        }

        await ended.CancelAsync();
        await Task.WhenAll(workers);
        await client.DisposeAsync();
        var made = RedisCommand.Made - madeBefore;
        output.WriteLine($"about {answered:N0} answered, {failed:N0} failed, {cancelled:N0} cancelled; {made:N0} commands made; {ReceiveBlock.Live} blocks live");
        await Deadline.TrueAsync(() => ReceiveBlock.Live == 0, "all blocks are back");

        // Those that wait at the same time, those that the pool's threads keep for themselves, and those that were lost with the threads of connections.
        Assert.True(made < 2000, $"{made} commands were made for {answered + failed + cancelled} calls");
        await server.CommandAsync(["DEL", .. Enumerable.Range(0, 20).Select(i => $"{prefix}{i}")]);

        string Value(string key) => key + new string('v', int.Parse(key.AsSpan(prefix.Length), CultureInfo.InvariantCulture) * 7000);
    }

    [Theory]
    [InlineData("GET", 100)]
    [InlineData("SET", 100)]
    [InlineData("GET", 1)]
    [InlineData("SET", 1)]
    public async Task A_command_costs_hardly_any_memory(string name, int pipelined)
    {
        const int limit = 100;
        var calls = pipelined == 1 ? 10_000 : 40_000;
#if DEBUG
        Assert.Skip("Without optimization each asynchronous method is an object.");
#endif
        var server = await servers.Standalone.GetAsync();
        var key = System.Text.Encoding.ASCII.GetBytes($"leak:{Guid.NewGuid():N}");
        var value = new byte[100];
        await using var client = new ClientSetup(server.Port);
        await RunAsync(calls);
        var bytes = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(calls);
            bytes = Math.Min(bytes, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} by {pipelined} at once: {(double)bytes / calls:0.0} B/op of the whole process"));
        Assert.True(bytes / calls < limit, $"{bytes / calls} B/op");
        await server.CommandAsync("DEL", System.Text.Encoding.ASCII.GetString(key));

        Task RunAsync(int all) => Task.WhenAll(Enumerable.Range(0, pipelined).Select(_ => Task.Run(() => LoopAsync(all / pipelined))));

        async Task LoopAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var command = name == "GET" ? RedisCommand.Rent("GET"u8, 1).AddKey(key) : RedisCommand.Rent("SET"u8, 2).AddKey(key).Add(value);
                using var reply = await client.Client.ExecuteAsync(command, name == "GET" ? CommandKind.Read : CommandKind.IdempotentWrite, CancellationToken.None);
            }
        }
    }

    [Theory]
    [InlineData("get")]
    [InlineData("set")]
    public async Task A_cache_over_a_server_allocates_nothing_beside_the_value(string name)
    {
        const int calls = 20_000;
        const int limit = 16;
#if DEBUG
        Assert.Skip("Without optimization each asynchronous method is an object.");
#endif
        var server = await servers.Standalone.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?localCopies=none", options => options.Prefix = $"leak-{Guid.NewGuid():N}");
        var value = new byte[100];
        var beside = name == "get" ? value.Length + 24 : 0;
        await cache.SetAsync("key", value);
        await LoopAsync();
        var bytes = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await LoopAsync();
            bytes = Math.Min(bytes, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {((double)bytes / calls) - beside:0.0} B/op of the whole process beside the value"));
        Assert.True((bytes / calls) - beside < limit, $"{(bytes / calls) - beside} B/op");
        await cache.ClearAsync();

        Task LoopAsync() => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls / 20; i++)
            {
                if (name == "set")
                {
                    await cache.SetAsync("key", value);
                }
                else if ((await cache.GetAsync<byte[]>("key")).Value!.Length != value.Length)
                {
                    Assert.Fail("It is another value.");
                }
            }
        })));
    }
}
