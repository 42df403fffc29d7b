using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
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
    [InlineData("SET {0}")]
    [InlineData("GET {1}")]
    [Trait("Scenario", "S13")]
    public async Task The_lease_is_given_back(string held)
    {
        var (key, clock) = ($"{_harness.Prefix}-default:key", $"{RedisTags.KeyPrefix($"{_harness.Prefix}-default")}clock");
        var reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Once(string.Format(System.Globalization.CultureInfo.InvariantCulture, held, key, clock), RespReply.Null.After(reply.Task));
        using var given = new CancellationTokenSource();
        var load = _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(1), cancellationToken: given.Token).AsTask();
        await _server.WaitForAsync($"SET {key}");

        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        reply.SetResult();

        await Deadline.TrueAsync(() => _server.Commands.Any(command => command.Name == "EVALSHA" && command[2] == key), "something is done about the lease");
        var lease = _server.Commands.Single(command => command.Name == "SET" && command[0] == key);
        var end = _server.Commands.First(command => command.Name == "EVALSHA" && command[2] == key);
        Assert.Equal(lease.Connection, end.Connection);
        Assert.Equal("d", end[4]);
        Assert.Equal(lease.Bytes(1).Slice(16, 8), end.Bytes(3)[1..]);
    }
}
