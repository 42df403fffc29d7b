using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Dashboard.Tests;

/// <summary>What can be done from the dashboard.</summary>
public sealed class ActionTests
{
    [Fact]
    public async Task An_entry_is_removed()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Named("pages").SetAsync("k", 1);
        await web.Cache.SetAsync("k", 1);

        var (status, answer) = await web.PostAsync("remove", new { cache = "pages", key = "k" });

        Assert.Equal((HttpStatusCode.OK, true), (status, answer.GetProperty("removed").GetBoolean()));
        Assert.False(await web.Named("pages").ExistsAsync("k"));
        Assert.True(await web.Cache.ExistsAsync("k"));
        Assert.False((await web.PostAsync("remove", new { cache = "pages", key = "k" })).Answer.GetProperty("removed").GetBoolean());
    }

    [Fact]
    public async Task An_expired_entry_is_served_until_it_was_loaded_anew()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("k", "old");

        Assert.Equal(HttpStatusCode.OK, (await web.PostAsync("expire", new { key = "k" })).Status);

        Assert.True((await web.Cache.PeekAsync<string>("k")).IsStale);
    }

    [Fact]
    public async Task A_pattern_is_counted_before_it_is_removed()
    {
        await using var web = await DashboardWeb.StartAsync();
        foreach (var key in new[] { "user:1", "user:2", "order:1" })
        {
            await web.Cache.SetAsync(key, 1);
        }

        Assert.Equal(2, (await web.PostAsync("remove-pattern", new { pattern = "user:*", dryRun = true })).Answer.GetProperty("count").GetInt64());
        Assert.Equal(3, await web.Cache.CountAsync());
        Assert.Equal(2, (await web.PostAsync("remove-pattern", new { pattern = "user:*" })).Answer.GetProperty("count").GetInt64());
        Assert.Equal(1, await web.Cache.CountAsync());
    }

    [Fact]
    public async Task A_tag_is_removed()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("k", 1, new() { Tags = ["t"] });

        Assert.Equal(HttpStatusCode.OK, (await web.PostAsync("remove-tag", new { tag = "t" })).Status);

        Assert.False(await web.Cache.ExistsAsync("k"));
        Assert.NotEqual("null", (await web.GetAsync("tags?pattern=t")).GetProperty("tags").ToString());
    }

    [Fact]
    public async Task A_cache_is_cleared_only_by_its_name()
    {
        await using var web = await DashboardWeb.StartAsync();
        await web.Cache.SetAsync("k", 1);

        Assert.Equal(HttpStatusCode.BadRequest, (await web.PostAsync("clear", new { cache = "default", confirm = "defualt" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await web.PostAsync("clear", new { cache = "default" })).Status);
        Assert.Equal(1, (await web.PostAsync("clear", new { cache = "default", dryRun = true })).Answer.GetProperty("count").GetInt64());
        Assert.True(await web.Cache.ExistsAsync("k"));
        Assert.Equal(1, (await web.PostAsync("clear", new { cache = "default", confirm = "default" })).Answer.GetProperty("count").GetInt64());
        Assert.False(await web.Cache.ExistsAsync("k"));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("expire")]
    [InlineData("remove-pattern")]
    [InlineData("remove-tag")]
    public async Task What_it_is_about_must_be_said(string action)
    {
        await using var web = await DashboardWeb.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await web.PostAsync(action, new { cache = "default" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await web.PostAsync(action, new { cache = "absent", key = "k", pattern = "*", tag = "t" })).Status);
    }

    [Fact]
    public async Task Who_did_what_is_logged_and_among_the_events()
    {
        using var lines = new Lines();
        await using var web = await DashboardWeb.StartAsync(configure: builder => builder.Services.AddSingleton<ILoggerProvider>(lines));
        web.Client.DefaultRequestHeaders.Add(RoleHandler.Header, "operator");
        await web.Cache.SetAsync("k", 1);

        await web.PostAsync("remove", new { key = "k" });

        Assert.Contains(lines.All, line => line.Contains("'remove' on the cache default", StringComparison.Ordinal) && line.Contains(": k;", StringComparison.Ordinal));
        Assert.Contains((await web.GetAsync("events?after=0")).GetProperty("events").EnumerateArray(), entry => entry.GetProperty("kind").GetString() == "Action" && entry.GetProperty("what").GetString() == "k");
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _all = [];

        public IEnumerable<string> All => _all;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _all.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
