using System.Globalization;
using System.Text.Json;
using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Larder.Dashboard.Browser;

/// <summary>The numbers on the page are those of the API, and those of OpenTelemetry.</summary>
[Trait("Category", "Slow")]
public sealed class NumberTests(Chromium chromium)
{
    private const string Name = "numbers";

    [Fact]
    public async Task The_page_shows_what_the_API_says_and_OpenTelemetry_counts()
    {
        using var counted = new Counted();
        await using var host = await DashboardHost.StartAsync(larder => larder.AddCache(Name, options => options.Memory.MaxEntries = 50));
        var cache = host.Named(Name);

        // The last minute has what comes after the first look at the cache.
        using var http = new HttpClient { BaseAddress = host.Address };
        await Deadline.TrueAsync(async () => JsonDocument.Parse(await http.GetStringAsync($"api/history?cache={Name}")).RootElement.GetProperty("times").GetArrayLength() > 0);
        for (var i = 0; i < 7; i++)
        {
            await cache.GetOrCreateAsync($"key:{i % 3}", _ => new ValueTask<int>(i), TimeSpan.FromMinutes(5));
        }

        await JoinAsync(cache);
        await cache.GetAsync<int>("absent");
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetOrCreateAsync<int>("fails", _ => throw new InvalidOperationException()).AsTask());
        for (var i = 0; i < 80; i++)
        {
            await cache.SetAsync($"many:{i}", i);
        }

        await using var visit = await chromium.OpenAsync(new Uri(host.Address, $"#/levels?cache={Name}"));
        var api = await ApiAsync(host);
        var totals = api.GetProperty("totals");
        var metrics = counted.Collect();
        var reads = totals.GetProperty("reads").GetInt64();
        Assert.Equal(11, reads);
        Assert.Equal(reads, metrics.Sum("larder.requests"));
        Assert.Equal((reads, Long(totals, "misses"), Long(totals, "loads")), (await ShownAsync("totalReads"), await ShownAsync("totalMisses"), await ShownAsync("totalLoads")));
        Assert.Equal(metrics.Sum("larder.requests", "outcome", "miss"), await ShownAsync("totalMisses"));
        Assert.Equal(metrics.Sum("larder.loads"), await ShownAsync("totalLoads"));

        await visit.GoAsync("saved");
        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Name });
        await Assertions.Expect(row.Locator("[data-term=totalHits]")).ToHaveTextAsync(Text(metrics.Sum("larder.requests", "outcome", "hit")));
        await Assertions.Expect(row.Locator("[data-term=joinedCallers]")).ToHaveTextAsync(Text(metrics.Sum("larder.loads.joined")));
        await Assertions.Expect(row.Locator("[data-term=loadsAvoided]")).ToHaveTextAsync(Text(Long(api.GetProperty("saved"), "loadsAvoided")));
        Assert.Equal(1, metrics.Sum("larder.loads.joined"));

        await visit.GoAsync("overview?cache=" + Name);
        row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Name });
        await Assertions.Expect(row.Locator("[data-term=entries]")).ToHaveTextAsync(Text(metrics.Sum("larder.entries")));
        await Assertions.Expect(row.Locator("[data-term=bytes]")).ToHaveTextAsync(Bytes(metrics.Sum("larder.size")));
        var tiles = visit.Page.Locator(".tiles");
        await Assertions.Expect(tiles.Locator("span[data-term=evictions]")).ToHaveTextAsync(Text(metrics.Sum("larder.evictions")));
        await Assertions.Expect(tiles.Locator("dd[data-term=entryLimit]")).ToHaveTextAsync(Text(metrics.Sum("larder.evictions", "reason", "entry_limit")));
        await Assertions.Expect(tiles.Locator("dd[data-term=loadFailures]")).ToHaveTextAsync(Text(metrics.Sum("larder.loads.failed", "error.type", "loader")));
        Assert.InRange(metrics.Sum("larder.evictions", "reason", "entry_limit"), 1, 100);

        // The last minute has all of it, once the collector has looked twice.
        var share = (metrics.Sum("larder.requests", "outcome", "hit") / (double)reads).ToString("0.# %", CultureInfo.InvariantCulture);
        await Assertions.Expect(tiles.Locator("span[data-term=hitRatio]")).ToHaveTextAsync(share);
        visit.AssertNoComplaint();

        async Task<long> ShownAsync(string term)
        {
            var value = visit.Page.Locator($"dd[data-term={term}]");
            await Assertions.Expect(value).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"\d"));
            return long.Parse(await value.InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        }

        async Task<JsonElement> ApiAsync(DashboardHost host)
        {
            var text = await visit.Page.EvaluateAsync<string>("() => fetch('api/overview').then(answer => answer.text())");
            return JsonDocument.Parse(text).RootElement.GetProperty("caches").EnumerateArray().First(one => one.GetProperty("name").GetString() == Name).Clone();
        }
    }

    [Fact]
    public async Task Locks_and_write_behind_are_shown_as_they_are()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var host = await DashboardHost.StartAsync(larder => larder.UseRedis(options => (options.ConnectionString, options.CommandTimeout) = ($"redis://{redis.EndPoint}", TimeSpan.FromSeconds(10))));
        await using var held = await host.Cache.AcquireLockAsync("import", TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        var stock = new SlowTable();
        var products = host.Cache.WithPrefix("stock").For(stock, new SourceCacheOptions { WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.FromMilliseconds(100) } });
        for (var i = 0; i < 5; i++)
        {
            await products.SetAsync($"product:{i}", new Stock(i), CancellationToken.None);
        }

        await using var visit = await chromium.OpenAsync(new Uri(host.Address, "#/work"), new() { ViewportSize = new() { Width = 1280, Height = 800 } });

        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "import" });
        await Assertions.Expect(row.Locator("[data-term=fencingToken]")).ToHaveTextAsync(Text(held.FencingToken));
        row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { Has = visit.Page.Locator("[data-term=queued]") });
        await Assertions.Expect(row.Locator("td[data-term=queued]")).ToHaveTextAsync("5");
        await Assertions.Expect(row.Locator("td[data-term=lag]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^[1-9]\d*(\.\d)? (s|min)"));
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await visit.Page.EmulateMediaAsync(new() { ColorScheme = theme });
            await visit.AssertAccessibleAsync($"Locks and writes in {theme}");
            await Screenshots.TakeAsync(visit, "work", theme);
        }

        stock.Open();
        await Assertions.Expect(row.Locator("td[data-term=delivered]")).ToHaveTextAsync("5");
        await Assertions.Expect(row.Locator("td[data-term=queued]")).ToHaveTextAsync("0");
        visit.AssertNoComplaint();
    }

    /// <summary>Has one caller load and another wait for it.</summary>
    private static async Task JoinAsync(ICache cache)
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = cache.GetOrCreateAsync("joined", async _ => await gate.Task, TimeSpan.FromMinutes(5)).AsTask();
        var second = cache.GetOrCreateAsync("joined", _ => new ValueTask<int>(0), TimeSpan.FromMinutes(5)).AsTask();
        gate.SetResult(1);
        Assert.Equal((1, 1), (await first, await second));
    }

    private static long Long(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long number) => number < 1024 ? $"{number} B" : (number / 1024.0).ToString("0.# KiB", CultureInfo.InvariantCulture);

    private sealed record Stock(int Count);

    /// <summary>A source that takes writes when it is let.</summary>
    private sealed class SlowTable : ICacheSource<string, Stock>
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _open.TrySetResult();

        public ValueTask<Stock?> LoadAsync(string key, CancellationToken cancellationToken) => new(new Stock(0));

        public async ValueTask SaveAsync(string key, Stock value, long? version, CancellationToken cancellationToken) => await _open.Task;
    }

    /// <summary>What the SDK of OpenTelemetry counts, collected when it is asked for.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly List<(string Instrument, Dictionary<string, string?> Attributes, long Value)> _points = [];
        private readonly MeterProvider _provider;

        public Counted()
        {
            // It is disposed with the provider.
            var reader = new BaseExportingMetricReader(new Exporter(_points)) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
            _provider = Sdk.CreateMeterProviderBuilder().AddMeter("Larder").AddReader(reader).Build();
        }

        public Counted Collect()
        {
            Assert.True(_provider.ForceFlush());
            return this;
        }

        public long Sum(string instrument, string? attribute = null, string? value = null) => _points
            .Where(point => point.Instrument == instrument && point.Attributes.GetValueOrDefault("larder.cache.name") == Name && (attribute is null || point.Attributes.GetValueOrDefault(attribute) == value))
            .Sum(point => point.Value);

        public void Dispose() => _provider.Dispose();

        private sealed class Exporter(List<(string, Dictionary<string, string?>, long)> points) : BaseExporter<Metric>
        {
            public override ExportResult Export(in Batch<Metric> batch)
            {
                points.Clear();
                foreach (var metric in batch)
                {
                    foreach (ref readonly var point in metric.GetMetricPoints())
                    {
                        if (metric.MetricType is MetricType.LongSum or MetricType.LongSumNonMonotonic or MetricType.LongGauge)
                        {
                            var attributes = new Dictionary<string, string?>(StringComparer.Ordinal);
                            foreach (var tag in point.Tags)
                            {
                                attributes[tag.Key] = tag.Value?.ToString();
                            }

                            points.Add((metric.Name, attributes, metric.MetricType == MetricType.LongGauge ? point.GetGaugeLastValueLong() : point.GetSumLong()));
                        }
                    }
                }

                return ExportResult.Success;
            }
        }
    }
}
