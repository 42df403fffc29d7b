using System.Collections.Concurrent;
using System.Diagnostics;

namespace Larder.Tests.Statistics;

/// <summary>The traces of the activity source <c>Larder</c>.</summary>
public sealed class ActivityTests : IAsyncDisposable
{
    private readonly NamedCache _traced = new();
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _listener;

    public ActivityTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Larder" or "Larder.Tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("larder.cache.name"), _traced.Name))
                {
                    _activities.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _traced.DisposeAsync();
    }

    [Fact]
    public async Task A_load_is_an_activity_with_the_key()
    {
        await _traced.Cache.WithPrefix("users").GetOrCreateAsync("42", static _ => new ValueTask<int>(1));
        var activity = Assert.Single(_activities);
        Assert.Equal(("larder.load", "users:42", ActivityStatusCode.Unset), (activity.OperationName, activity.GetTagItem("larder.key"), activity.Status));
    }

    [Fact]
    public async Task A_hit_is_none()
    {
        await _traced.Cache.SetAsync("key", 1);
        await _traced.Cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(1));
        Assert.Empty(_activities);
    }

    [Fact]
    public async Task A_load_belongs_to_the_trace_of_its_caller_and_is_the_parent_of_what_the_loader_does()
    {
        using var source = new ActivitySource("Larder.Tests");
        ActivitySpanId? inside = null;
        using (var caller = source.StartActivity("caller"))
        {
            await _traced.Cache.GetOrCreateAsync("key", _ =>
            {
                inside = Activity.Current?.SpanId;
                return new ValueTask<int>(1);
            });
            Assert.Equal((caller!.TraceId, caller.SpanId), (_activities.Single().TraceId, _activities.Single().ParentSpanId));
            Assert.Same(caller, Activity.Current);
        }

        Assert.Equal(_activities.Single().SpanId, inside);
    }

    [Fact]
    public async Task A_load_that_fails_is_marked_with_the_kind_of_its_error()
    {
        await Assert.ThrowsAsync<FormatException>(async () => await _traced.Cache.GetOrCreateAsync<int>("key", static _ => throw new FormatException("secret")));
        var activity = Assert.Single(_activities);
        Assert.Equal((ActivityStatusCode.Error, "FormatException"), (activity.Status, activity.StatusDescription));
    }

    [Fact]
    public async Task A_background_refresh_is_a_trace_of_its_own_with_a_link_to_its_cause()
    {
        using var source = new ActivitySource("Larder.Tests");
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromSeconds(100), EarlyRefresh = EarlyRefresh.AfterFraction(0.5) };
        await _traced.Cache.SetAsync("key", 1, policy);
        _traced.Clock.Advance(TimeSpan.FromSeconds(60));
        var refreshed = new TaskCompletionSource();
        ActivityContext cause;
        using (var caller = source.StartActivity("caller"))
        {
            cause = caller!.Context;
            await _traced.Cache.GetOrCreateAsync("key", _ =>
            {
                refreshed.SetResult();
                return new ValueTask<int>(2);
            }, policy);
        }

        await refreshed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        for (var i = 0; _activities.IsEmpty && i < 1_000; i++)
        {
            await Task.Delay(10);
        }

        var activity = Assert.Single(_activities);
        Assert.Equal("larder.refresh", activity.OperationName);
        Assert.NotEqual(cause.TraceId, activity.TraceId);
        Assert.Equal(cause.SpanId, Assert.Single(activity.Links).Context.SpanId);
    }
}
