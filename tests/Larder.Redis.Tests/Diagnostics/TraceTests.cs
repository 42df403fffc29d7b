using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;

namespace Larder.Redis.Tests.Diagnostics;

/// <summary>What is told of commands to Redis: as parts of the trace of whoever caused them, and in a histogram.</summary>
public sealed class TraceTests(SharedServers servers) : IDisposable
{
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivitySource _source = new($"test-{Guid.NewGuid():N}");
    private ActivityListener? _listener;

    public void Dispose()
    {
        _listener?.Dispose();
        _source.Dispose();
    }

    [Fact]
    [Ledger(199)]
    public async Task A_trace_goes_from_the_caller_through_the_load_to_the_commands()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        await using var other = await ConnectAsync(server.EndPoint);
        Listen();

        // As a request brings it, in the form of W3C.
        var parent = ActivityContext.Parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null);
        using (_source.StartActivity("caller", ActivityKind.Server, parent))
        {
            await cache.GetOrCreateAsync("key", async cancellationToken => (await other.GetAsync<int>("inner", cancellationToken)).HasValue ? 1 : 2);
        }

        var ofTrace = _activities.Where(activity => activity.TraceId == parent.TraceId).ToArray();
        var caller = Assert.Single(ofTrace, activity => activity.OperationName == "caller");
        var load = Assert.Single(ofTrace, activity => activity.OperationName == "larder.load");
        Assert.Equal(parent.SpanId, caller.ParentSpanId);
        Assert.Equal(caller.SpanId, load.ParentSpanId);
        var commands = ofTrace.Where(activity => activity.OperationName == "larder.redis").ToArray();
        Assert.Contains(commands, command => command.ParentSpanId == caller.SpanId && command.DisplayName == "SET");
        Assert.Contains(commands, command => command.ParentSpanId == load.SpanId && command.DisplayName == "GET");
        Assert.All(commands, command => Assert.Equal(
            (ActivityKind.Client, "redis", command.DisplayName, "127.0.0.1", server.Port),
            (command.Kind, command.GetTagItem("db.system.name"), command.GetTagItem("db.operation.name"), command.GetTagItem("server.address"), command.GetTagItem("server.port"))));
    }

    [Fact]
    public async Task Copies_are_kept_in_memory_also_while_somebody_listens()
    {
        await using var fleet = new Fleet((await servers.Standalone.GetAsync()).EndPoint);
        var cache = await fleet.JoinAsync();
        await cache.SetAsync("key", 1);
        Listen();
        using (_source.StartActivity("caller"))
        {
            Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
            var before = cache.Statistics.Snapshot().SharedReads;
            Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
            Assert.Equal(before, cache.Statistics.Snapshot().SharedReads);
        }
    }

    [Fact]
    public async Task A_read_ends_with_its_reply_and_what_is_made_of_it_is_no_part_of_it()
    {
        await using var fleet = new Fleet((await servers.Standalone.GetAsync()).EndPoint);
        var (cache, other) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await other.SetAsync("tagged", 1, new CacheEntryOptions { Tags = ["tag"] });
        Listen();
        ActivityTraceId trace;
        using (var caller = _source.StartActivity("caller")!)
        {
            trace = caller.TraceId;
            Assert.Equal(1, (await cache.GetAsync<int>("tagged")).Value);
        }

        var root = Assert.Single(_activities, activity => activity.TraceId == trace && activity.OperationName == "caller");
        var commands = _activities.Where(activity => activity.TraceId == trace && activity.OperationName == "larder.redis").ToArray();
        Assert.True(commands.Length > 1, "the tags are asked for too");
        Assert.All(commands, command => Assert.Equal(root.SpanId, command.ParentSpanId));
    }

    [Fact]
    public async Task A_command_that_fails_says_how_and_no_argument_is_told()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        Listen();
        await server.KillAsync();

        using (_source.StartActivity("caller"))
        {
            await cache.GetAsync<int>("the key of somebody");
        }

        var caller = Assert.Single(_activities, activity => activity.OperationName == "caller");
        var command = _activities.First(activity => activity.TraceId == caller.TraceId && activity.OperationName == "larder.redis");
        Assert.Equal((ActivityStatusCode.Error, "connection"), (command.Status, command.GetTagItem("error.type")));
        Assert.DoesNotContain(command.TagObjects, tag => tag.Value?.ToString()?.Contains("somebody", StringComparison.Ordinal) == true);
    }

    [Fact]
    [Ledger(176, 180)]
    public async Task Commands_are_timed_while_somebody_listens()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        var seen = new ConcurrentQueue<(string? Operation, double Seconds)>();
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "larder.redis.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((_, seconds, tags, _) => seen.Enqueue((Convert.ToString(tags[0].Value, CultureInfo.InvariantCulture), seconds)));
        meters.Start();

        await cache.SetAsync("key", 1);
        await cache.GetAsync<int>("key");

        Assert.Contains(seen, command => command is { Operation: "SET", Seconds: > 0 });
        Assert.Contains(seen, command => command is { Operation: "GET", Seconds: > 0 });
    }

    private static async Task<ICache> ConnectAsync(string endPoint) => await Cache.ConnectAsync($"redis://{endPoint}", options =>
    {
        options.Prefix = $"test-{Guid.NewGuid():N}";
        options.UseRedis(redis => (redis.LocalCopies, redis.CommandTimeout) = (RedisLocalCopies.None, TimeSpan.FromSeconds(20)));
    });

    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder" || source == _source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _activities.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }
}
