using Larder.Redis.Commands;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>What is sent again, how often, and what is not.</summary>
public sealed class RetryTests : IAsyncDisposable
{
    private readonly ScriptedRespServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [Ledger(24)]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    public async Task A_read_is_sent_again_as_often_as_allowed(int retries, int sent)
    {
        _server.On("GET", RespReply.Close);
        await using var client = new ClientSetup(_server.Port, retryCount: retries);

        var exception = await client.GetFailsAsync<CacheConnectionException>("key");

        Assert.True(exception.MayHaveHappened);
        Assert.Equal(sent, Count("GET"));
    }

    [Fact]
    [Ledger(24)]
    public async Task An_idempotent_write_is_sent_again_and_another_one_is_not()
    {
        _server.Once("SET", RespReply.Close).Once("INCR", RespReply.Close).On("SET", RespReply.Ok).On("INCR", RespReply.Integer(1));
        await using var client = new ClientSetup(_server.Port, retryCount: 3);

        await client.SetAsync("key", "value");
        var exception = await client.FailsAsync<CacheConnectionException>(CommandKind.Write, "INCR", "key");

        Assert.True(exception.MayHaveHappened);
        Assert.Equal(2, Count("SET"));
        Assert.Equal(1, Count("INCR"));
    }

    [Fact]
    public async Task A_write_that_was_never_sent_is_sent_once_it_can_be_and_then_not_again()
    {
        // Two attempts to connect end before it is sent; then it is sent, and its reply is lost.
        _server.Once("HELLO", RespReply.Close).On("INCR", RespReply.Close);
        await using var client = new ClientSetup(_server.Port, retryCount: 5);

        CacheConnectionException exception;
        do
        {
            exception = await client.FailsAsync<CacheConnectionException>(CommandKind.Write, "INCR", "key");
        }
        while (exception.IsRefusal);

        Assert.Equal(Count("INCR") == 1, exception.MayHaveHappened);
        Assert.InRange(Count("INCR"), 0, 1);
    }

    [Fact]
    public async Task A_write_whose_first_attempt_was_not_sent_and_whose_second_was_lost_is_not_sent_a_third_time()
    {
        // The command waits for a connection that is lost after its predecessor was ready: it was not sent, and may be.
        var signal = new TaskCompletionSource();
        _server.On("INCR", RespReply.Close).Once("HELLO", RespReply.Raw("%0\r\n"), RespReply.Close.After(signal.Task));
        await using var client = new ClientSetup(_server.Port, retryCount: 5);
        client.Node.Begin();
        await Deadline.TrueAsync(() => client.Node.Writes is { IsReady: true } || client.Node.Reads is { IsReady: true });
        var call = client.SendAsync(CommandKind.Write, CancellationToken.None, "INCR", "key");
        signal.SetResult();

        await Assert.ThrowsAsync<CacheConnectionException>(() => call);
        Assert.InRange(Count("INCR"), 0, 1);
    }

    [Fact]
    public async Task What_the_last_attempt_was_refused_does_not_hide_that_the_first_may_have_happened()
    {
        _server.On("SET", _ =>
        {
            _server.Stop();
            return RespReply.Close;
        });
        await using var client = new ClientSetup(_server.Port, retryCount: 3);

        var exception = await client.FailsAsync<CacheConnectionException>(CommandKind.IdempotentWrite, "SET", "key", "value");

        Assert.True(exception.MayHaveHappened);
        Assert.Equal(1, Count("SET"));
    }

    [Fact]
    [Ledger(24)]
    public async Task A_command_that_timed_out_is_not_sent_again()
    {
        _server.On("GET", RespReply.Silence);
        var clock = new FakeTimeProvider();
        await using var client = new ClientSetup(_server.Port, settings => settings with { TimeProvider = clock, CommandTimeout = TimeSpan.FromMilliseconds(100) }, retryCount: 5);
        var call = client.GetFailsAsync<CacheTimeoutException>("key");
        await Deadline.TrueAsync(() => Count("GET") == 1);

        await Deadline.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            return call.IsCompleted;
        });

        await call;

        Assert.Equal(1, Count("GET"));
    }

    [Fact]
    public async Task What_is_sent_again_has_the_time_that_is_left()
    {
        var clock = new FakeTimeProvider();
        var lost = new TaskCompletionSource();
        _server.Once("GET", RespReply.Close.After(lost.Task)).On("GET", RespReply.Silence);
        await using var client = new ClientSetup(_server.Port, settings => settings with { TimeProvider = clock, CommandTimeout = TimeSpan.FromSeconds(10) }, retryCount: 2);
        var read = client.GetAsync("key");
        await Deadline.TrueAsync(() => Count("GET") == 1);
        clock.Advance(TimeSpan.FromSeconds(6));
        lost.SetResult();
        await Deadline.TrueAsync(() => Count("GET") == 2);

        // Behind it waits one that came later: neither is to be taken for the other.
        var other = client.GetAsync("other");
        clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<CacheTimeoutException>(() => read.WaitAsync(Deadline.Limit));
        Assert.False(other.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<CacheTimeoutException>(() => other.WaitAsync(Deadline.Limit));
    }

    [Fact]
    public Task A_server_that_begins_to_load_is_waited_for() => Deadline.AgainAsync(async () =>
    {
        await using var server = new ScriptedRespServer()
            .Once("GET", RespReply.Error("LOADING Redis is loading the dataset in memory"), RespReply.Error("LOADING Redis is loading the dataset in memory"))
            .On("GET", RespReply.Bulk("value"));
        await using var client = new ClientSetup(server.Port);

        Assert.Equal("value", await client.GetAsync("key"));
        Assert.Equal(3, server.Commands.Count(command => command.Name == "GET"));
    });

    [Fact]
    public Task A_server_that_loads_for_long_is_not_waited_for() => Deadline.AgainAsync(async () =>
    {
        await using var server = new ScriptedRespServer().On("GET", RespReply.Error("LOADING Redis is loading the dataset in memory"));
        await using var client = new ClientSetup(server.Port);

        Assert.Equal("LOADING", (await client.GetFailsAsync<CacheServerException>("key")).Code);
        Assert.InRange(server.Commands.Count(command => command.Name == "GET"), 3, 30);
    });

    private int Count(string name) => _server.Commands.Count(command => command.Name == name);
}
