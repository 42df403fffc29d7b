using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Leases;

/// <summary>Who is cancelled while his load takes its lease, before it is known whether it got it, leaves none behind that others would wait for.</summary>
public sealed class CancelledLeaseTests : IAsyncLifetime
{
    private readonly ScriptedRespServer _server = ScriptedRedis.Start();
    private readonly RedisHarness _harness;
    private readonly ICache _cache;

    public CancelledLeaseTests()
    {
        _harness = ScriptedRedis.HarnessOver(_server);
        _cache = _harness.CreateCache();
        _server.On("EVALSHA", RespReply.Integer(1)).On("SET", RespReply.Null);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "S13")]
    public async Task The_lease_is_given_back(bool isAnswered)
    {
        var key = $"{_harness.Prefix}-default:key";
        var reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The answer to the lease is held, or that to the question for the tags, which goes over another connection.
        _server.Once(isAnswered ? "EVALSHA" : $"SET {key}", RespReply.Null.After(reply.Task));
        using var given = new CancellationTokenSource();
        var load = _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1), new CacheEntryOptions { Tags = ["tag"] }, given.Token).AsTask();
        var lease = await _server.WaitForAsync($"SET {key}");
        if (isAnswered)
        {
            await _cache.GetAsync<int>("what comes after the lease");
        }

        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        reply.SetResult();

        await Deadline.TrueAsync(() => Ends().Any(), "something is done about the lease");
        var end = Ends().First();
        Assert.Equal(lease.Connection, end.Connection);
        Assert.Equal(lease.Bytes(1).Slice(16, 8), end.Bytes(3)[1..]);

        IEnumerable<RespCommand> Ends() => _server.Commands.Where(command => command.Name == "EVALSHA" && command[2] == key && command[4] == "d");
    }
}
