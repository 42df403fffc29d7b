using System.Diagnostics.Metrics;
using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Diagnostics;

public sealed class LoadMetricsTests
{
    private const string Name = "load-metrics";

    [Fact]
    public async Task A_counter_of_loads_never_goes_back_when_a_load_fails()
    {
        await using var provider = Services();
        var cache = provider.GetRequiredKeyedService<ICache>(Name);
        var answer = new TaskCompletionSource<int>();
        var loading = cache.GetOrCreateAsync("key", _ => answer.Task).AsTask();

        var during = Counters();
        answer.SetException(new InvalidDataException("The source is down."));
        await Assert.ThrowsAsync<InvalidDataException>(() => loading);
        var after = Counters();

        Assert.Equal(1, during["larder.loads"]);
        Assert.All(during, counter => Assert.True(after[counter.Key] >= counter.Value, $"{counter.Key} went from {counter.Value} to {after[counter.Key]}."));
    }

    [Fact]
    [LedgerFault(17)]
    public async Task Failures_and_timeouts_of_loads_are_told_apart()
    {
        await using var provider = Services();
        var cache = provider.GetRequiredKeyedService<ICache>(Name);
        await cache.GetOrCreateAsync("good", _ => new ValueTask<int>(1));
        await Assert.ThrowsAsync<InvalidDataException>(() => cache.GetOrCreateAsync<int>("bad", _ => throw new InvalidDataException("The source is down.")).AsTask());
        var never = new TaskCompletionSource<int>();
        var slow = cache.GetOrCreateAsync("slow", _ => never.Task).AsTask();
        provider.GetRequiredService<FakeTimeProvider>().Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => slow);

        var counters = Counters();

        Assert.Equal(3, counters["larder.loads"]);
        Assert.Equal(1, counters["larder.loads.failed loader"]);
        Assert.Equal(1, counters["larder.loads.failed timeout"]);
    }

    private static ServiceProvider Services()
    {
        var clock = new FakeTimeProvider();
        var services = new ServiceCollection().AddSingleton(clock).AddSingleton<TimeProvider>(clock);
        services.AddLarder(larder => larder.AddCache(Name));
        return services.BuildServiceProvider();
    }

    /// <summary>Reads the observed counters of the cache, by name and the value of the further attribute.</summary>
    private static Dictionary<string, long> Counters()
    {
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is ObservableCounter<long> { Meter.Name: "Larder" })
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var all = tags.ToArray();
            if (all.Contains(new("larder.cache.name", Name)))
            {
                var kind = all.FirstOrDefault(tag => tag.Key != "larder.cache.name").Value;
                counters.Add(kind is null ? instrument.Name : $"{instrument.Name} {kind}", value);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return counters;
    }
}
