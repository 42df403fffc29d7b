using System.Runtime.CompilerServices;

namespace Larder.Tests.Loading;

/// <summary>Callers that wait for the load of another.</summary>
public sealed class JoinedCallerTests : LoadingTest
{
    private static readonly AsyncLocal<string?> s_user = new();

    [Fact]
    public async Task Nothing_is_left_of_a_caller_that_was_cancelled_while_the_load_goes_on()
    {
        var held = new Held<int>();
        var first = Begin("key", held);
        using var source = new CancellationTokenSource();
        var (callers, states) = Join(100, source.Token);
        var last = Begin("key", held);
        await source.CancelAsync();
        foreach (var caller in callers)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(caller));
        }

        // The threads that called them may not have come back yet.
        await Soon.TrueAsync(() =>
        {
            GC.Collect();
            return !states.Any(state => state.IsAlive);
        });

        held.Return(1);
        Assert.Equal((1, 1), (await Soon.EndsAsync(first), await Soon.EndsAsync(last)));
        Assert.Equal(101, Statistics.JoinedLoads);
    }

    [Fact]
    public async Task Of_many_callers_those_that_are_cancelled_go_and_the_others_get_the_value()
    {
        var held = new Held<int>();
        var first = Begin("key", held);
        var sources = Enumerable.Range(0, 300).Select(_ => new CancellationTokenSource()).ToArray();
        var callers = sources.Select(source => Begin("key", held, cancellationToken: source.Token)).ToArray();
        await JoinedAsync(300);

        // At the ends of the list and within it, from two sides at once.
        await Task.WhenAll(
            Task.Run(() => Array.ForEach(sources[..100], source => source.Cancel()), TestContext.Current.CancellationToken),
            Task.Run(() => Array.ForEach(sources[150..250], source => source.Cancel()), TestContext.Current.CancellationToken));
        foreach (var (caller, index) in callers[..100].Concat(callers[150..250]).Select((caller, index) => (caller, index)))
        {
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(caller));
            Assert.Equal(sources[index < 100 ? index : index + 50].Token, exception.CancellationToken);
        }

        Assert.DoesNotContain(callers[100..150].Concat(callers[250..]), caller => caller.IsCompleted);
        held.Return(7);
        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers[100..150].Concat(callers[250..]).Append(first))), value => Assert.Equal(7, value));
        Array.ForEach(sources, source => source.Dispose());
    }

    [Fact]
    public async Task Callers_that_are_cancelled_as_the_load_ends_get_the_value_or_are_cancelled()
    {
        for (var round = 0; round < 200; round++)
        {
            var held = new Held<int>();
            using var source = new CancellationTokenSource();
            var key = $"key {round}";
            var first = Begin(key, held);
            var joined = Enumerable.Range(0, 20).Select(caller => Begin(key, held, cancellationToken: caller % 2 == 0 ? source.Token : default)).ToArray();

            var cancelled = Task.Run(source.Cancel, TestContext.Current.CancellationToken);
            held.Return(round);
            await cancelled;

            Assert.Equal(round, await Soon.EndsAsync(first));
            for (var caller = 0; caller < joined.Length; caller++)
            {
                await Soon.EndsAsync(Task.WhenAny(joined[caller]));
                Assert.True(joined[caller].IsCompletedSuccessfully || (caller % 2 == 0 && joined[caller].IsCanceled));
                Assert.Equal(joined[caller].IsCompletedSuccessfully ? round : 0, joined[caller].IsCompletedSuccessfully ? await joined[caller] : 0);
            }
        }
    }

    [Fact]
    public async Task Who_has_to_load_after_having_waited_loads_in_his_own_flow()
    {
        var held = new Held<int>();
        var first = Cache.GetOrCreateAsync("key", held, static (held, context, token) =>
        {
            context.DoNotStore();
            return held.LoadAsync(token);
        }).AsTask();

        // Later than the load began, so that its result is not for who comes now.
        await Cache.RemoveByTagAsync("tag");
        s_user.Value = "second";
        var seen = "";
        var second = Cache.GetOrCreateAsync("key", _ =>
        {
            seen = s_user.Value;
            return new ValueTask<int>(2);
        }).AsTask();
        s_user.Value = "other";
        await JoinedAsync(1);
        held.Return(1);

        Assert.Equal((1, 2), (await Soon.EndsAsync(first), await Soon.EndsAsync(second)));
        Assert.Equal("second", seen);
    }

    /// <summary>Has callers come, each with an object of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (Task[] Callers, WeakReference[] States) Join(int count, CancellationToken token)
    {
        var states = Enumerable.Range(0, count).Select(_ => new object()).ToArray();
        var callers = Array.ConvertAll(states, state => (Task)Cache.GetOrCreateAsync("key", state, static (_, _, _) => new ValueTask<int>(2), cancellationToken: token).AsTask());
        return (callers, Array.ConvertAll(states, state => new WeakReference(state)));
    }
}
