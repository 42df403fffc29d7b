using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using Larder.Redis;
using Larder.Testing.Faults;
using Microsoft.Extensions.Logging;

namespace Larder.Conventions.Docs;

/// <summary>docs/reference/metrics.md names every instrument, counter and log event.</summary>
public class MetricsPageTests
{
    private const string Page = "docs/reference/metrics.md";

    [Fact]
    [Ledger(180)]
    [LedgerFault(53)]
    public async Task Every_instrument_stands_on_the_page_with_its_kind_and_unit()
    {
        var published = new List<string>();
        await using var cache = Cache.InMemory();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Larder")
                {
                    published.Add($"{instrument.Name} {KindOf(instrument)} {instrument.Unit}");
                }
            },
        };
        listener.Start();

        var listed = MarkdownTable.Under(Page, "## Instruments").Select(row => $"{MarkdownTable.Code(row[0])} {row[1]} {MarkdownTable.Code(row[2])}");

        Assert.Equal(published.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_attribute_that_is_measured_stands_on_the_page()
    {
        var rows = MarkdownTable.Under(Page, "## Instruments").ToDictionary(row => MarkdownTable.Code(row[0]), row => row[3]);
        var seen = new ConcurrentBag<string>();
        var findings = new Findings("Attributes of measurements and their values stand in the row of their instrument.");
        await using var server = new ScriptedRespServer();
        await using var cache = Cache.InMemory();
        await using var shared = await ConnectAsync(server);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Larder")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Check(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Check(instrument, tags));
        listener.Start();
        await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1));
        await cache.SetAsync("key", 2);
        await cache.GetAsync<int>("key");
        await cache.RemoveAsync("key");
        await using var limiter = cache.CreateRateLimiter("name", RateLimit.FixedWindow(1, TimeSpan.FromMinutes(1)));
        await limiter.AcquireAsync();
        await limiter.AcquireAsync();
        await shared.GetAsync<int>("key");
        await shared.GetAsync<int>("refused");
        listener.RecordObservableInstruments();

        findings.AssertNone();
        Assert.Superset(new HashSet<string>(["larder.rate_limit.leases outcome", "larder.redis.duration operation", "larder.redis.duration error.type"]), seen.ToHashSet());

        void Check(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, value) in tags)
            {
                seen.Add($"{instrument.Name} {name}");
                if (name != "larder.cache.name" && !(rows[instrument.Name].Contains($"`{name}`") && rows[instrument.Name].Contains($"`{value}`")))
                {
                    lock (findings)
                    {
                        findings.Add($"{instrument.Name}: {name} = {value}");
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Every_activity_stands_on_the_page_with_its_attributes()
    {
        var rows = MarkdownTable.Under(Page, "## Traces").ToDictionary(row => MarkdownTable.Code(row[0]), row => row[2]);
        var activities = new ConcurrentQueue<Activity>();
        await using var server = new ScriptedRespServer();
        await using var shared = await ConnectAsync(server);
        await using var cache = Cache.InMemory();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1));
        await cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
        await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2));
        await shared.GetAsync<int>("key");
        await shared.GetAsync<int>("refused");
        while (!activities.Any(activity => activity.OperationName == "larder.refresh"))
        {
            await Task.Delay(5);
        }

        Assert.Equal(rows.Keys.Order(StringComparer.Ordinal), activities.Select(activity => activity.OperationName).Distinct().Order(StringComparer.Ordinal));
        Assert.All(activities, activity => Assert.All(activity.TagObjects, tag => Assert.Contains($"`{tag.Key}`", rows[activity.OperationName], StringComparison.Ordinal)));
        Assert.Contains(activities, activity => activity.GetTagItem("error.type") is "server");
    }

    [Fact]
    public void Every_counter_of_the_statistics_stands_on_the_page()
    {
        var counters = typeof(CacheStatisticsSnapshot).GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name);

        var listed = MarkdownTable.Under(Page, "## Statistics").Select(row => MarkdownTable.Code(row[0]));

        Assert.Equal(counters.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_log_event_stands_on_the_page_with_its_id_and_level()
    {
        var events = typeof(ICache).Assembly.GetTypes().Concat(typeof(Larder.Redis.RedisOptions).Assembly.GetTypes()).Concat(typeof(Larder.Dashboard.DashboardOptions).Assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(method => method.IsDefined(typeof(LoggerMessageAttribute)))
            .Select(method => (method.Name, Message: method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Select(log => $"{log.Message.EventId} {log.Message.Level} {log.Name}");

        var listed = MarkdownTable.Under(Page, "## Log").Select(row => $"{row[0]} {row[1]} {MarkdownTable.Code(row[2])}");

        Assert.Equal(events.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    /// <summary>A cache in a Redis that has no value, and refuses to read one of the keys.</summary>
    private static ValueTask<ICache> ConnectAsync(ScriptedRespServer server)
    {
        server.On("GET", command => command.ToString()!.Contains("refused", StringComparison.Ordinal) ? RespReply.Error("NOPERM no") : RespReply.Null);
        return Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}", options => options.UseRedis(redis => (redis.LocalCopies, redis.CommandTimeout) = (RedisLocalCopies.None, TimeSpan.FromSeconds(30))));
    }

    private static string KindOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name.Split('`')[0];
        return kind switch
        {
            "ObservableCounter" or "Counter" => "counter",
            "ObservableUpDownCounter" or "UpDownCounter" => "up-down counter",
            "Histogram" => "histogram",
            "ObservableGauge" => "gauge",
            _ => kind,
        };
    }
}
