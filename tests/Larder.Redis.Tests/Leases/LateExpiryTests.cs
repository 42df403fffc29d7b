using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Leases;

/// <summary>
/// A server tells that an expired entry is gone when it notices, which may be with the command that puts a lease in its place; it tells so also the process that holds the
/// lease, and in the same words as of a change. The load, whose loader has not been called yet, goes on.
/// </summary>
public sealed class LateExpiryTests : IAsyncLifetime
{
    private const int Old = 1;
    private const int New = 2;

    private readonly ScriptedRespServer _server = ScriptedRedis.Start();
    private readonly RedisHarness _harness;
    private readonly ICache _cache;
    private int _loads;

    public LateExpiryTests()
    {
        _harness = ScriptedRedis.HarnessOver(_server);
        _cache = _harness.CreateCache();
        _server.On("EVALSHA", RespReply.Integer(1)).On("SET", RespReply.Null).On($"GET {RedisTags.KeyPrefix($"{_harness.Prefix}-default")}clock", RespReply.Bulk("1"));
    }

    public async ValueTask InitializeAsync()
    {
        await _cache.GetAsync<int>("first");
        await Deadline.TrueAsync(() => _cache.Statistics.LocalCopies == LocalCopies.Tracked, "copies may be kept");
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_load_whose_lease_comes_with_the_word_of_an_expiry_is_stored_and_can_be_joined()
    {
        for (var round = 0; round < 100; round++)
        {
            var key = $"{round}";
            var end = NewSignal();
            _loads = 0;
            _server.Once($"SET {Key(key)}", RespReply.Null.Then(Gone(key)));
            var first = LoadAsync(key, end.Task);
            await Deadline.TrueAsync(() => Volatile.Read(ref _loads) == 1, "the load has begun");

            var second = LoadAsync(key, end.Task);
            end.SetResult();

            Assert.All(await Task.WhenAll(first, second), value => Assert.Equal(New, value));
            Assert.Equal(1, _loads);
        }

        Assert.Equal(0, _cache.Statistics.Snapshot().DiscardedLoads);
    }

    [Fact]
    public async Task A_load_that_must_begin_again_is_joined_by_who_comes_meanwhile()
    {
        var look = NewSignal();
        _server.Once($"GET {Key("key")}", RespReply.Null, RespReply.Null.After(look.Task)).Once($"SET {Key("key")}", RespReply.Null.Then(Gone("key")));
        var first = LoadAsync("key", Task.CompletedTask);
        await _server.WaitForAsync($"GET {Key("key")}", 2);
        await Deadline.TrueAsync(() => _cache.Statistics.Snapshot().DroppedCopies > 0, "the word is heard");

        var second = LoadAsync("key", Task.CompletedTask);
        look.SetResult();

        Assert.All(await Task.WhenAll(first, second), value => Assert.Equal(New, value));
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task What_a_load_has_found_before_it_must_begin_again_is_given_to_nobody()
    {
        var look = NewSignal();
        _server.Once($"GET {Key("key")}", RespReply.Null, RespReply.Bulk($"{Old}").After(look.Task));
        var first = LoadAsync("key", Task.CompletedTask);
        await _server.WaitForAsync($"GET {Key("key")}", 2);
        await _server.PushAsync(RespReply.Invalidate(Key("key")), _server.Commands.Last(command => command.Name == "GET").Connection);
        await Deadline.TrueAsync(() => _cache.Statistics.Snapshot().DroppedCopies > 0, "the word is heard");

        _server.On($"SET {Key("key")}", RespReply.Bulk($"{New}")).On($"GET {Key("key")}", RespReply.Bulk($"{New}"));
        var second = LoadAsync("key", Task.CompletedTask);
        look.SetResult();

        Assert.All(await Task.WhenAll(first, second), value => Assert.Equal(New, value));
        Assert.Equal(0, _loads);
    }

    [Fact]
    public async Task A_load_of_a_key_that_never_comes_to_rest_is_called_in_the_end()
    {
        _server.On($"SET {Key("key")}", RespReply.Null.Then(Gone("key")));

        Assert.Equal(New, await LoadAsync("key", Task.CompletedTask));
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task What_is_found_under_a_key_that_never_comes_to_rest_is_given_to_nobody()
    {
        _server.Once($"GET {Key("key")}", RespReply.Null).On($"GET {Key("key")}", RespReply.Bulk($"{Old}")).On($"SET {Key("key")}", RespReply.Bulk($"{Old}").Then(Gone("key")));

        Assert.Equal(New, await LoadAsync("key", Task.CompletedTask));
        Assert.Equal(1, _loads);
    }

    private Task<int> LoadAsync(string key, Task end) => _cache.GetOrCreateAsync(key, async _ =>
    {
        Interlocked.Increment(ref _loads);
        await end;
        return New;
    }).AsTask();

    private string Key(string key) => $"{_harness.Prefix}-default:{key}";

    private RespReply Gone(string key) => RespReply.Invalidate(Key(key));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
