using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Testing.Conformance;

/// <summary>What a HybridCache promises of callers that ask for the same at once, of cancellation, and of the instances that they get.</summary>
internal sealed class HybridLoadConformance(CacheHarness harness) : HybridSuite(harness)
{
    public async Task Callers_of_a_key_share_one_call_of_the_factory()
    {
        var held = new HeldLoad<string>();
        var callers = Enumerable.Range(0, 100).Select(_ => Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask()).ToArray();
        await held.BegunAsync;
        held.Return("value");

        Expect.True((await Eventually.EndsAsync(Task.WhenAll(callers))).All(value => value == "value"));
        Expect.Equal(1, held.Calls);
    }

    public async Task Callers_with_the_same_flags_share_a_call_and_those_with_others_have_their_own()
    {
        var (plain, forced) = (new HeldLoad<string>(), new HeldLoad<string>());
        HybridCacheEntryOptions options = new() { Flags = NoReads };
        var first = Hybrid.GetOrCreateAsync("key", _ => plain.LoadAsync()).AsTask();
        await plain.BegunAsync;
        var others = Enumerable.Range(0, 10).Select(_ => Hybrid.GetOrCreateAsync("key", _ => forced.LoadAsync(), options).AsTask()).ToArray();
        await forced.BegunAsync;
        var joined = Hybrid.GetOrCreateAsync("key", _ => plain.LoadAsync()).AsTask();
        forced.Return("forced");
        plain.Return("plain");

        Expect.True((await Eventually.EndsAsync(Task.WhenAll(others))).All(value => value == "forced"));
        Expect.Equal("plain", await Eventually.EndsAsync(first));
        await Eventually.EndsAsync(joined);
        Expect.Equal(1, forced.Calls);
    }

    public async Task An_exception_reaches_all_callers_and_is_not_cached()
    {
        var held = new HeldLoad<string>();
        var callers = Enumerable.Range(0, 10).Select(_ => Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask()).ToArray();
        await held.BegunAsync;
        await Eventually.TrueAsync(() => Last!.Statistics.Snapshot().JoinedLoads == 9);
        held.Throw(new FormatException("no"));

        foreach (var caller in callers)
        {
            await Expect.ThrowsAsync<FormatException>(() => Eventually.EndsAsync(caller));
        }

        Expect.Equal("value", await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("value")));
    }

    public async Task Who_has_cancelled_already_gets_nothing_done()
    {
        await Hybrid.SetAsync("there", "value");
        var token = new CancellationToken(canceled: true);
        foreach (var key in new[] { "there", "absent", "" })
        {
            await Expect.ThrowsAsync<OperationCanceledException>(() => Hybrid.GetOrCreateAsync<string>(key, _ => throw new InvalidOperationException("called"), cancellationToken: token).AsTask());
        }

        await Expect.ThrowsAsync<OperationCanceledException>(() => Hybrid.RemoveAsync("there", token).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Hybrid.RemoveByTagAsync("tag", token).AsTask());
        Expect.Equal("value", await PeekAsync<string>("there"));
    }

    public async Task Who_cancels_goes_with_a_token_of_its_own_and_the_others_go_on()
    {
        var held = new HeldLoad<string>();
        using var source = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        CancellationToken ofFactory = default;
        var first = Hybrid.GetOrCreateAsync("key", token =>
        {
            ofFactory = token;
            return held.LoadAsync();
        }, cancellationToken: source.Token).AsTask();
        await held.BegunAsync;
        var second = Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync(), cancellationToken: other.Token).AsTask();
        await Eventually.TrueAsync(() => Last!.Statistics.Snapshot().JoinedLoads == 1);

        await source.CancelAsync();

        var exception = await Expect.ThrowsAsync<OperationCanceledException>(() => Eventually.EndsAsync(first));
        Expect.Equal(source.Token, exception.CancellationToken);
        Expect.False(ofFactory.IsCancellationRequested);
        held.Return("value");
        Expect.Equal("value", await Eventually.EndsAsync(second));
    }

    public async Task When_the_last_caller_has_gone_the_factory_is_cancelled_and_the_next_caller_starts_anew()
    {
        var held = new HeldLoad<string>();
        using var source = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource();
        var first = Hybrid.GetOrCreateAsync("key", token =>
        {
            token.Register(cancelled.SetResult);
            return held.LoadAsync();
        }, cancellationToken: source.Token).AsTask();
        await held.BegunAsync;
        await source.CancelAsync();
        await Expect.ThrowsAsync<OperationCanceledException>(() => Eventually.EndsAsync(first));
        await cancelled.Task.WaitAsync(Eventually.Limit, TimeProvider.System);

        Expect.Equal("new", await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("new")));
        held.Return("late");
        Expect.Equal("new", await PeekAsync<string>("key"));
    }

    public async Task Each_reader_has_a_copy_of_what_can_be_changed()
    {
        var made = new MutableRecord { Number = 1, Names = ["one"] };
        var created = await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<MutableRecord>(made));
        (made.Number, created.Number) = (2, 3);
        created.Names.Add("two");
        for (var i = 0; i < 2; i++)
        {
            var read = await PeekAsync<MutableRecord>("key");
            Expect.Equal(1, read.Number);
            Expect.Equal("one", read.Names.Single());
            read.Names.Clear();
        }
    }

    public async Task What_was_set_is_not_changed_by_who_set_it()
    {
        var (set, bytes) = (new MutableRecord { Number = 1 }, new byte[] { 1, 2, 3 });
        await Hybrid.SetAsync("key", set);
        await Hybrid.SetAsync("bytes", bytes);
        (set.Number, bytes[0]) = (2, 9);

        Expect.Equal(1, (await PeekAsync<MutableRecord>("key")).Number);
        var read = await PeekAsync<byte[]>("bytes");
        Expect.Equal(1, read[0]);
        read[0] = 9;
        Expect.Equal(1, (await PeekAsync<byte[]>("bytes"))[0]);
    }

    public async Task Callers_that_waited_for_one_call_have_a_copy_each()
    {
        var held = new HeldLoad<MutableRecord>();
        var callers = Enumerable.Range(0, 10).Select(_ => Hybrid.GetOrCreateAsync("key", _ => held.LoadAsync()).AsTask()).ToArray();
        await held.BegunAsync;
        await Eventually.TrueAsync(() => Last!.Statistics.Snapshot().JoinedLoads == 9);
        held.Return(new MutableRecord { Number = 1 });

        var values = await Eventually.EndsAsync(Task.WhenAll(callers));

        Expect.Equal(10, values.Distinct(ReferenceEqualityComparer.Instance).Count());
        Expect.True(values.All(value => value.Number == 1));
    }

    public async Task A_value_that_cannot_be_serialized_is_an_exception_to_those_who_asked()
    {
        await Expect.ThrowsAsync<CacheSerializationException>(() => Hybrid.GetOrCreateAsync("key", _ => new ValueTask<Unserializable>(new Unserializable())).AsTask());
        await Expect.ThrowsAsync<CacheSerializationException>(() => Hybrid.SetAsync("key", new Unserializable()).AsTask());
        Expect.Equal("value", await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<string>("value")));
    }

    private sealed class Unserializable
    {
        public string Property => throw new NotSupportedException("no");
    }
}
