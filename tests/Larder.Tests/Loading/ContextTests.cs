using System.Collections.Concurrent;
using System.Diagnostics;

namespace Larder.Tests.Loading;

/// <summary>In which context loaders run: the execution context of the caller, no synchronization context, and none at all in the background.</summary>
public sealed class ContextTests : LoadingTest
{
    private static readonly AsyncLocal<string?> s_user = new();
    private static readonly CacheEntryOptions s_early = new() { TimeToLive = TimeSpan.FromMinutes(10), Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) } };

    [Fact]
    public async Task The_context_of_the_caller_flows_into_its_load()
    {
        s_user.Value = "Ada";

        Assert.Equal("Ada", await Cache.GetOrCreateAsync("single", _ => new ValueTask<string?>(s_user.Value)));
        Assert.Equal("Ada", await Cache.RefreshAsync("refresh", _ => new ValueTask<string?>(s_user.Value)));
        var many = await Cache.GetOrCreateManyAsync<string?>(["many"], static (_, _) => new(new Dictionary<string, string?> { ["many"] = s_user.Value }));
        Assert.Equal("Ada", many["many"]);
    }

    [Fact]
    public async Task The_context_of_the_caller_flows_into_a_load_that_had_to_wait_for_a_place()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("first", held.LoadAsync).AsTask();
        s_user.Value = "Ada";
        var second = cache.GetOrCreateAsync("second", _ => new ValueTask<string?>(s_user.Value)).AsTask();
        s_user.Value = "Grace";
        held.Return(1);

        await Soon.EndsAsync(first);
        Assert.Equal("Ada", await Soon.EndsAsync(second));
    }

    [Fact]
    public async Task The_context_of_the_first_caller_is_that_of_the_load()
    {
        var held = new Held<int>();
        s_user.Value = "first";
        var first = Cache.GetOrCreateAsync("key", async token => (await held.LoadAsync(token), s_user.Value).Value).AsTask();
        s_user.Value = "second";
        var second = Cache.GetOrCreateAsync("key", _ => new ValueTask<string?>(s_user.Value)).AsTask();
        held.Return(1);

        Assert.Equal("first", await Soon.EndsAsync(first));
        Assert.Equal("first", await Soon.EndsAsync(second));
    }

    [Fact]
    public async Task What_a_loader_sets_does_not_leak_to_the_caller()
    {
        s_user.Value = "Ada";
        await Cache.GetOrCreateAsync("key", _ =>
        {
            s_user.Value = "loader";
            return new ValueTask<int>(1);
        });

        Assert.Equal("Ada", s_user.Value);
    }

    [Fact]
    public async Task The_context_of_the_caller_does_not_flow_into_a_refresh_in_the_background()
    {
        await Cache.SetAsync("key", "none", s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        s_user.Value = "Ada";

        await Cache.GetOrCreateAsync("key", _ => new ValueTask<string>($"user {s_user.Value}"), s_early);

        await Soon.TrueAsync(() => Cache.TryGet<string>("key", out var value) && value == "user ");
        Assert.Equal("Ada", s_user.Value);
    }

    [Fact]
    public async Task A_caller_that_suppresses_the_flow_may_load_and_refresh()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        Task<int> loaded, refreshed;
        using (ExecutionContext.SuppressFlow())
        {
            loaded = Cache.GetOrCreateAsync("other", _ => new ValueTask<int>(1)).AsTask();
            refreshed = Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_early).AsTask();
        }

        Assert.Equal(1, await loaded);
        Assert.Equal(1, await refreshed);
        await Soon.TrueAsync(() => Cache.TryGet<int>("key", out var value) && value == 2);
    }

    [Fact]
    public async Task A_loader_runs_without_the_synchronization_context_of_its_caller_which_keeps_it()
    {
        using var thread = new SingleThread();

        var (inLoader, inMany, after) = await thread.RunAsync(() =>
        {
            SynchronizationContext? seen = thread, seenByMany = thread;
            _ = Cache.GetOrCreateAsync("single", _ =>
            {
                seen = SynchronizationContext.Current;
                return new ValueTask<int>(1);
            });
            _ = Cache.GetOrCreateManyAsync<int>(["many"], (_, _) =>
            {
                seenByMany = SynchronizationContext.Current;
                return new(new Dictionary<string, int>());
            });
            return (seen, seenByMany, SynchronizationContext.Current);
        });

        Assert.Null(inLoader);
        Assert.Null(inMany);
        Assert.Same(thread, after);
    }

    [Fact]
    public async Task The_caller_continues_in_its_own_synchronization_context()
    {
        using var thread = new SingleThread();

        var context = await Soon.EndsAsync(await thread.RunAsync(ReadAsync));

        Assert.Same(thread, context);

        async Task<SynchronizationContext?> ReadAsync()
        {
            await Cache.GetOrCreateAsync("key", async _ =>
            {
                await Task.Yield();
                return 1;
            });
            return SynchronizationContext.Current;
        }
    }

    [Fact]
    public async Task A_load_is_an_activity_under_that_of_its_caller()
    {
        using var listener = Listen(out var activities);
        using var source = new ActivitySource(nameof(ContextTests));
        string? id;
        using (var parent = source.StartActivity("parent"))
        {
            id = parent?.Id;
            await Cache.GetOrCreateAsync("traced load", _ => new ValueTask<int>(1));
        }

        var activity = Assert.Single(activities, activity => activity.GetTagItem("larder.key") is "traced load");
        Assert.NotNull(id);
        Assert.Equal(id, activity.ParentId);
        Assert.Equal("larder.load", activity.OperationName);
        Assert.Equal(ActivityStatusCode.Unset, activity.Status);
    }

    [Fact]
    public async Task A_load_that_fails_is_an_activity_in_error()
    {
        using var listener = Listen(out var activities);
        await Assert.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("traced failure", _ => throw new FormatException()));

        var activity = Assert.Single(activities, activity => activity.GetTagItem("larder.key") is "traced failure");
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal(nameof(FormatException), activity.StatusDescription);
    }

    [Fact]
    public async Task A_refresh_in_the_background_is_an_activity_of_its_own_with_a_link_to_its_cause()
    {
        using var listener = Listen(out var activities);
        using var source = new ActivitySource(nameof(ContextTests));
        await Cache.SetAsync("traced refresh", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        ActivityContext cause;
        using (var parent = source.StartActivity("parent"))
        {
            cause = parent!.Context;
            await Cache.GetOrCreateAsync("traced refresh", _ => new ValueTask<int>(2), s_early);
            await Soon.TrueAsync(() => Cache.TryGet<int>("traced refresh", out var value) && value == 2);
        }

        await Soon.TrueAsync(() => Traced(activities, "traced refresh").Length == 1);
        var activity = Traced(activities, "traced refresh")[0];
        Assert.Null(activity.ParentId);
        Assert.NotEqual(cause.TraceId, activity.TraceId);
        Assert.Equal(cause, Assert.Single(activity.Links).Context);
        Assert.Equal("larder.refresh", activity.OperationName);
    }

    [Fact]
    public async Task A_refresh_in_the_background_without_a_cause_in_the_trace_is_an_activity_without_a_link()
    {
        using var listener = Listen(out var activities);
        await Cache.SetAsync("traced lonely", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        await Cache.GetOrCreateAsync("traced lonely", _ => new ValueTask<int>(2), s_early);

        await Soon.TrueAsync(() => Traced(activities, "traced lonely").Length == 1);
        var activity = Traced(activities, "traced lonely")[0];
        Assert.Equal("larder.refresh", activity.OperationName);
        Assert.Empty(activity.Links);
    }

    private static Activity[] Traced(ConcurrentQueue<Activity> activities, string key) =>
        [.. activities.Where(activity => activity.GetTagItem("larder.key") as string == key)];

    /// <summary>Listens to all loads, those of tests that run beside this one included.</summary>
    private static ActivityListener Listen(out ConcurrentQueue<Activity> stopped)
    {
        var activities = stopped = [];
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Larder" or nameof(ContextTests),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
