using System.Net;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Topology;

/// <summary>What a cluster can say, said by two scripted servers: the first serves the lower half of the slots, the second the upper one.</summary>
[Trait("Category", "Slow")]
public sealed class ClusterTests : IAsyncLifetime
{
    /// <summary>Slot 5061, of the first server.</summary>
    private const string LowKey = "bar";

    /// <summary>Slot 12182, of the second server.</summary>
    private const string HighKey = "foo";

    private readonly ScriptedRespServer _first = new();
    private readonly ScriptedRespServer _second = new();
    private readonly List<RedisClient> _clients = [];

    public ValueTask InitializeAsync()
    {
        foreach (var server in new[] { _first, _second })
        {
            server.On("CLUSTER SLOTS", Slots(Range(0, 8191, "127.0.0.1", _first.Port), Range(8192, 16383, "127.0.0.1", _second.Port)));
        }

        _first.On("GET", RespReply.Bulk("of the first"));
        _second.On("GET", RespReply.Bulk("of the second"));
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task A_key_is_asked_for_where_its_slot_is()
    {
        var client = Client(_first);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        Assert.Equal("of the second", await client.GetAsync(HighKey));
    }

    [Fact]
    public async Task A_seed_that_is_away_or_silent_holds_nobody_up()
    {
        await using var away = new ScriptedRespServer();
        away.Stop();
        await using var silent = new ScriptedRespServer();
        silent.On("CLUSTER SLOTS", RespReply.Silence);

        Assert.Equal("of the second", await Client(away, silent, _second).GetAsync(HighKey));
    }

    [Fact]
    public async Task Without_a_server_to_ask_the_error_tells_why()
    {
        _first.Stop();
        _second.Stop();
        var error = await Assert.ThrowsAsync<CacheConnectionException>(() => Client(_first, _second).GetAsync(LowKey));
        Assert.Contains("connection refused", error.Message);
    }

    [Fact]
    public async Task A_server_that_is_in_no_cluster_is_told()
    {
        _first.On("CLUSTER SLOTS", RespReply.Error("ERR This instance has cluster support disabled"));
        var error = await Assert.ThrowsAsync<CacheServerException>(() => Client(_first).GetAsync(LowKey));
        Assert.Equal($"ERR This instance has cluster support disabled ({_first.EndPoint}, when it was asked for the slots of a cluster)", error.Message);
    }

    [Fact]
    public async Task A_cluster_without_slots_is_told()
    {
        _first.On("CLUSTER SLOTS", Slots());
        var error = await Assert.ThrowsAsync<CacheServerException>(() => Client(_first).GetAsync(LowKey));
        Assert.StartsWith("CLUSTERDOWN", error.Message);
    }

    [Fact]
    public async Task A_slot_that_nobody_serves_is_told()
    {
        _first.On("CLUSTER SLOTS", Slots(Range(0, 8191, "127.0.0.1", _first.Port)));
        var client = Client(_first);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        var error = await Assert.ThrowsAsync<CacheConnectionException>(() => client.GetAsync(HighKey));
        Assert.EndsWith("no server serves the key at the moment.", error.Message);
    }

    [Fact]
    public async Task A_server_that_does_not_know_its_own_address_is_at_the_one_that_was_asked()
    {
        _first.On("CLUSTER SLOTS", Slots(Range(0, 8191, string.Empty, _first.Port), Range(8192, 16383, null, _second.Port)));
        var client = Client(_first);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        Assert.Equal("of the second", await client.GetAsync(HighKey));
    }

    [Fact]
    public async Task Host_names_are_resolved_and_a_missing_one_is_made_up_for_by_the_address()
    {
        _first.On("CLUSTER SLOTS", Slots(
            Range(0, 8191, "localhost", _first.Port),
            Range(8192, 16383, "?", _second.Port, RespReply.Map(RespReply.Bulk("ip"), RespReply.Bulk("127.0.0.1")))));
        var client = Client(_first);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        Assert.Equal("of the second", await client.GetAsync(HighKey));
        Assert.Contains(await client.Topology.PrimariesAsync(CancellationToken.None), node => node.EndPoint is DnsEndPoint { Host: "localhost" });
    }

    [Fact]
    public async Task A_slot_that_has_moved_is_asked_for_elsewhere_from_then_on()
    {
        _first.On("GET", RespReply.Error($"MOVED 5061 {_second.EndPoint}"));
        var client = Client(_first);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("of the second", await client.GetAsync(LowKey));
            await _second.WaitForAsync("GET", i + 1);
        }

        // It is believed at once; what the map says afterwards may be older, and then is corrected again.
        Assert.InRange(Count(_first, "GET"), 1, 3);
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1")]
    public async Task A_redirection_may_leave_out_the_host(string host)
    {
        _first.On("GET", RespReply.Error($"MOVED 5061 {host}:{_second.Port}"));
        Assert.Equal("of the second", await Client(_first).GetAsync(LowKey));
    }

    [Fact]
    public Task Where_a_redirection_points_nowhere_the_map_is_read_again() => Deadline.AgainAsync(async () =>
    {
        await InitializeAsync();
        var client = Client(_first, _second);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        var moved = Slots(Range(0, 16383, "127.0.0.1", _second.Port));
        _first.On("CLUSTER SLOTS", moved).On("GET", RespReply.Error($"MOVED 5061 ?:{_second.Port}"));
        _second.On("CLUSTER SLOTS", moved);

        Assert.Equal("of the second", await client.GetAsync(LowKey));
    });

    [Fact]
    public async Task Servers_that_send_a_command_round_in_a_circle_are_told_of()
    {
        _first.On("GET", RespReply.Error($"MOVED 5061 {_second.EndPoint}"));
        _second.On("GET", RespReply.Error($"MOVED 5061 {_first.EndPoint}"));

        var error = await Assert.ThrowsAsync<CacheConnectionException>(() => Client(_first).GetAsync(LowKey));

        Assert.Matches("^MOVED 5061 127.0.0.1:[0-9]+ \\(after 5 redirections: the servers do not agree who serves the key\\)$", error.Message);
        Assert.Equal(6, Count(_first, "GET") + Count(_second, "GET"));
    }

    [Fact]
    public async Task Asking_stands_right_before_its_command_however_many_go_the_same_way()
    {
        _first.On("GET", RespReply.Error($"ASK 5061 {_second.EndPoint}"));
        _second.On("ASKING", RespReply.Ok);
        var client = Client(_first);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            Assert.Equal("of the second", await client.GetAsync(i % 2 == 0 ? $"{{{LowKey}}}:{i}" : $"{{{HighKey}}}:{i}"))));

        foreach (var connection in _second.Commands.GroupBy(command => command.Connection))
        {
            var isAsking = false;
            foreach (var command in connection)
            {
                Assert.True(command.Name != "GET" || isAsking == command[0].Contains(LowKey, StringComparison.Ordinal), $"{command} was sent {(isAsking ? "with" : "without")} ASKING");
                isAsking = command.Name == "ASKING";
            }
        }

        Assert.Equal(100, Count(_second, "ASKING"));
        Assert.Equal(200, Count(_second, "GET"));
    }

    [Theory]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("CLUSTERDOWN Hash slot not served")]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")]
    public Task What_passes_is_waited_for(string error) => Deadline.AgainAsync(async () =>
    {
        var (errors, before) = (2, Count(_first, "GET"));
        _first.On("GET", _ => Interlocked.Decrement(ref errors) >= 0 ? RespReply.Error(error) : RespReply.Bulk("of the first"));
        Assert.Equal("of the first", await Client(_first).GetAsync(LowKey));
        Assert.Equal(before + 3, Count(_first, "GET"));
    });

    [Fact]
    public async Task What_does_not_pass_is_told_soon_and_to_later_callers_at_once()
    {
        _first.On("GET", RespReply.Error("CLUSTERDOWN The cluster is down"));
        var client = Client(_first);
        var error = await Assert.ThrowsAsync<CacheServerException>(() => client.GetAsync(LowKey));
        Assert.Equal("CLUSTERDOWN The cluster is down", error.Message);

        var before = Count(_first, "GET");
        await Assert.ThrowsAsync<CacheServerException>(() => client.GetAsync(LowKey));
        Assert.Equal(before + 1, Count(_first, "GET"));
    }

    [Fact]
    public async Task A_server_that_has_left_the_cluster_is_closed_when_it_has_answered()
    {
        var client = Client(_first);
        Assert.Equal("of the second", await client.GetAsync(HighKey));
        var all = Slots(Range(0, 16383, "127.0.0.1", _first.Port));
        _first.On("CLUSTER SLOTS", all);
        _second.On("CLUSTER SLOTS", all).On("GET", RespReply.Error($"MOVED 12182 {_first.EndPoint}"));

        Assert.Equal("of the first", await client.GetAsync(HighKey));
        await Deadline.TrueAsync(() => _second.OpenConnections == 0);
        Assert.Equal("of the first", await client.GetAsync(HighKey));
    }

    [Fact]
    public async Task What_must_not_happen_twice_goes_to_the_server_that_has_come_in_the_place_of_its_own_if_it_was_not_sent()
    {
        var client = Client(_first, _second);
        Assert.Equal("of the first", await client.GetAsync(LowKey));
        _second.On("CLUSTER SLOTS", Slots(Range(0, 16383, "127.0.0.1", _second.Port))).On("INCR", RespReply.Integer(1));
        _first.Stop();

        await Deadline.TrueAsync(async () =>
        {
            using var command = RedisCommand.Rent("INCR"u8, 1).AddKey(default, LowKey);
            using var reply = await client.SendAsync(command, CommandKind.Write, CancellationToken.None);
            return reply.Integer == 1;
        });
        Assert.Equal(1, Count(_second, "INCR"));
    }

    [Fact]
    public async Task Many_reasons_to_look_at_the_cluster_are_one_look()
    {
        _first.On("GET", RespReply.Error($"MOVED 5061 {_second.EndPoint}"));
        var client = Client(_first);
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync(LowKey)));
        }

        // Each look asks both.
        var looks = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds / 200;
        Assert.InRange(Count(_first, "CLUSTER SLOTS") + Count(_second, "CLUSTER SLOTS"), 1, 2 * (looks + 3));
    }

    private static int Count(ScriptedRespServer server, string command) => server.Commands.Count(one => one.ToString().StartsWith(command, StringComparison.Ordinal));

    private static RespReply Slots(params RespReply[] ranges) => RespReply.Array(ranges);

    private static RespReply Range(int first, int last, string? host, int port, RespReply? others = null) => RespReply.Array(
        RespReply.Integer(first),
        RespReply.Integer(last),
        RespReply.Array(host is null ? RespReply.Null : RespReply.Bulk(host), RespReply.Integer(port), RespReply.Bulk($"id-{port}"), others ?? RespReply.Array()));

    private RedisClient Client(params ScriptedRespServer[] seeds)
    {
        var client = Clients.Of(new Cluster(new ClusterSettings { Seeds = [.. seeds.Select(seed => Clients.EndPointOf(seed.Port))], Connection = Clients.Settings }));
        _clients.Add(client);
        return client;
    }
}
