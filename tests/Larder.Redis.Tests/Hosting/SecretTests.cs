using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Passwords and values are seen nowhere, whatever is refused, damaged or away.</summary>
[Trait("Scenario", "S33")]
public sealed class SecretTests
{
    private readonly ConcurrentQueue<string> _seen = new();

    [Theory]
    [Ledger(17)]
    [InlineData("redis://app:{0}@{1}")]
    [InlineData("{1},user=app,password={0}")]
    public async Task A_password_is_seen_in_no_log_exception_trace_or_metric(string form)
    {
        const string Password = "correct-horse-battery";
        using var log = new LogLines();
        using var listener = Listen();
        using var meters = Measure();
        await using var server = await RedisServer.StartAsync(new() { Users = [$"app on >{Password} ~* +@all"] });
        foreach (var password in new[] { "wrong-" + Password, Password })
        {
            using var host = RedisSetup.Host(
                larder => larder.UseRedis(string.Format(form, password, server.EndPoint)).AddCache("strict", options => options.UseRedis(redis => redis.Strict = true)), log);
            await UseAsync(host.Cache("strict"));
            if (password == Password)
            {
                Assert.True(await host.Cache("strict").ExistsAsync("key"));
                await server.KillAsync();
                await UseAsync(host.Cache("strict"));
            }

            await UseAsync(host.Cache());
            _seen.Enqueue(host.Cache().ToString()!);
            _seen.Enqueue((await host.Cache().CheckHealthAsync()).ToString());
        }

        meters.RecordObservableInstruments();
        Assert.Contains(_seen, text => text.Contains("WRONGPASS", StringComparison.Ordinal));
        Assert.Contains(_seen, text => text.Contains("larder.load", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains(server.EndPoint, StringComparison.Ordinal));
        Assert.DoesNotContain(_seen.Concat(log.Lines), text => text.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_is_seen_in_no_log_exception_trace_or_metric()
    {
        const string Value = "the-diagnosis-of-somebody";
        using var log = new LogLines();
        using var listener = Listen();
        using var meters = Measure();
        await using var server = await RedisServer.StartAsync();
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://{server.EndPoint}?commandTimeout=20s&maxValueBytes=1KiB").Configure(options => options.Prefix = "secrets"), log);
        var cache = host.Cache();

        await cache.SetAsync("text", Value);
        await cache.SetAsync("record", new Patient(Value));
        await TryAsync(() => cache.IncrementAsync("text").AsTask());
        Assert.False((await cache.GetAsync<int>("record")).HasValue);
        await TryAsync(() => cache.SetAsync("large", string.Concat(Enumerable.Repeat(Value, 100))).AsTask());
        await TryAsync(() => cache.SetAsync("unserializable", new Unserializable(Value)).AsTask());
        await cache.GetOrCreateAsync("unserializable", _ => ValueTask.FromResult(new Unserializable(Value)));

        // Damage: half of what was there.
        var bytes = (byte[])(await cache.ExecuteAsync("GET", ["secrets:record"]))!;
        await cache.ExecuteAsync("SET", ["secrets:damaged", bytes[..^3]]);
        Assert.False((await cache.GetAsync<Patient>("damaged")).HasValue);
        await server.CommandAsync("SET", "secrets:foreign", $$"""{"Diagnosis":["{{Value}}"]}""");
        Assert.False((await cache.GetAsync<Patient>("foreign")).HasValue);

        await server.KillAsync();
        await cache.SetAsync("text", Value);
        await cache.GetOrCreateAsync("other", _ => ValueTask.FromResult(new Patient(Value)));
        _seen.Enqueue((await cache.CheckHealthAsync()).ToString());
        meters.RecordObservableInstruments();

        Assert.Contains(_seen, text => text.Contains("MaxValueBytes", StringComparison.Ordinal));
        Assert.Contains(_seen, text => text.Contains("CacheSerializationException", StringComparison.Ordinal));
        Assert.Contains(_seen, text => text.Contains("bad_entry", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("'damaged'", StringComparison.Ordinal));
        Assert.DoesNotContain(_seen.Concat(log.Lines), text => text.Contains(Value, StringComparison.Ordinal));
    }

    private async Task UseAsync(ICache cache)
    {
        await TryAsync(() => cache.SetAsync("key", 1).AsTask());
        await TryAsync(() => cache.GetAsync<int>("key").AsTask());
        await TryAsync(() => cache.GetOrCreateAsync("other", _ => new ValueTask<int>(1)).AsTask());
        await TryAsync(() => cache.RemoveByTagAsync("tag").AsTask());
        await TryAsync(() => cache.CountAsync().AsTask());
    }

    private async Task TryAsync(Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (CacheException exception)
        {
            _seen.Enqueue(exception.ToString());
        }
    }

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Larder",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => _seen.Enqueue($"{activity.OperationName} {string.Join(' ', activity.TagObjects)} {activity.StatusDescription}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private MeterListener Measure()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("Larder", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => _seen.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray())}"));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => _seen.Enqueue($"{instrument.Name} {string.Join(' ', tags.ToArray())}"));
        listener.Start();
        return listener;
    }

    private sealed record Patient(string Diagnosis);

    private sealed class Unserializable(string diagnosis)
    {
        public string Diagnosis => diagnosis;

        public IntPtr Handle => 1;
    }
}
