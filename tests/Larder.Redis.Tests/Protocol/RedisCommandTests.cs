using System.Globalization;
using System.Text;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Protocol;

/// <summary>Commands: their bytes, and their way from the pool and back to it.</summary>
public sealed class RedisCommandTests
{
    [Fact]
    public void Arguments_are_written_as_the_protocol_demands()
    {
        using var command = RedisCommand.Rent("SET"u8, 6).AddKey("p:"u8, "ключ").Add("v\r\n"u8).Add("é").Add(-9223372036854775808).Add("");
        "ab"u8.CopyTo(command.AddBlank(2));

        Assert.Equal("*7\r\n$3\r\nSET\r\n$10\r\np:ключ\r\n$3\r\nv\r\n\r\n$2\r\né\r\n$20\r\n-9223372036854775808\r\n$0\r\n\r\n$2\r\nab\r\n", Text(command));
        Assert.Equal("p:ключ", Encoding.UTF8.GetString(command.Key));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-1)]
    [InlineData(1234567890123456789)]
    public void Numbers_are_written_in_decimal_digits(long number)
    {
        using var command = RedisCommand.Rent("N"u8, 1).Add(number);
        var digits = number.ToString(CultureInfo.InvariantCulture);
        Assert.Equal($"*2\r\n$1\r\nN\r\n${digits.Length}\r\n{digits}\r\n", Text(command));
    }

    [Fact]
    public void Of_several_keys_the_first_is_the_key_and_without_one_there_is_none()
    {
        using var several = RedisCommand.Rent("MGET"u8, 3).Add("first"u8).AddKey("a"u8).AddKey("p:"u8, "b");
        using var none = RedisCommand.Rent("PING"u8, 0);
        Assert.Equal("a"u8, several.Key);
        Assert.True(none.Key.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(4096)]
    [InlineData(70_000)]
    [InlineData(20_000_000)]
    public void A_command_grows_with_its_arguments(int length)
    {
        var value = new byte[length];
        new Random(length).NextBytes(value);
        using var command = RedisCommand.Rent("SET"u8, 4).AddKey("p:"u8, "key").Add(value);
        value.CopyTo(command.AddBlank(length));
        command.Add(1);
        byte[] argument = [.. Encoding.ASCII.GetBytes($"${length}\r\n"), .. value, .. "\r\n"u8];
        byte[] expected = [.. "*5\r\n$3\r\nSET\r\n$5\r\np:key\r\n"u8, .. argument, .. argument, .. "$1\r\n1\r\n"u8];
        Assert.True(command.Bytes.SequenceEqual(expected));
        Assert.Equal(expected.Length, command.Length);
        Assert.Equal("p:key"u8, command.Key);
    }

    [Fact]
    public void Many_arguments_are_counted_in_the_header()
    {
        using var command = RedisCommand.Rent("DEL"u8, 10_000);
        for (var i = 0; i < 10_000; i++)
        {
            command.AddKey("p:"u8, i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.StartsWith("*10001\r\n$3\r\nDEL\r\n$3\r\np:0\r\n", Text(command), StringComparison.Ordinal);
        Assert.EndsWith("$6\r\np:9999\r\n", Text(command), StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_has_the_same_bytes_and_key_and_lives_on_its_own()
    {
        var command = RedisCommand.Rent("GET"u8, 1).AddKey("p:"u8, "key");
        using var copy = command.Clone();
        var text = Text(command);
        command.Dispose();
        using var other = RedisCommand.Rent("OTHER"u8, 1).AddKey("x"u8);
        Assert.Equal(text, Text(copy));
        Assert.Equal("p:key"u8, copy.Key);
        Assert.False(copy.WasSent);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    public void The_text_of_a_script_takes_the_place_of_its_name(int length)
    {
        var script = new string('x', length);
        var sha = new string('a', 40);
        using var command = RedisCommand.Rent("EVALSHA"u8, 4).Add(Encoding.ASCII.GetBytes(sha)).Add(1).AddKey("p:"u8, sha).Add("argument");
        using var whole = command.WithScriptText(Encoding.ASCII.GetBytes(sha), Encoding.ASCII.GetBytes(script));
        Assert.Equal($"*5\r\n$4\r\nEVAL\r\n${length}\r\n{script}\r\n$1\r\n1\r\n$42\r\np:{sha}\r\n$8\r\nargument\r\n", Text(whole));
        Assert.Equal($"p:{sha}", Encoding.ASCII.GetString(whole.Key));
        using var keyless = RedisCommand.Rent("EVALSHA"u8, 2).Add("abc"u8).Add(0).WithScriptText("abc"u8, "text"u8);
        Assert.Equal("*3\r\n$4\r\nEVAL\r\n$4\r\ntext\r\n$1\r\n0\r\n", Text(keyless));
        Assert.True(keyless.Key.IsEmpty);
    }

    [Fact]
    public async Task The_first_completion_counts()
    {
        using var command = RedisCommand.Rent("GET"u8, 0);
        Assert.True(command.TryComplete(Failure("first")));
        Assert.False(command.TryComplete(Failure("second")));
        Assert.Equal("first", (await command.Reply).Failure!.Message);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_ends_the_wait()
    {
        using var command = RedisCommand.Rent("GET"u8, 0);
        command.CancelBy(new CancellationToken(canceled: true));
        Assert.True(command.IsDone);
        Assert.IsType<OperationCanceledException>((await command.Reply).Failure);
    }

    [Fact]
    public async Task A_command_that_nobody_waited_for_is_not_completed_when_it_is_anothers()
    {
        for (var round = 0; round < 200; round++)
        {
            // As a heartbeat: its sender is gone, and the queue lets go of it when its reply has come.
            var unawaited = RedisCommand.Rent("PING"u8, 0);
            unawaited.Hold();
            unawaited.Dispose();
            unawaited.TryComplete(Failure("late"));
            unawaited.Dispose();
            RedisCommand[] others = [.. Enumerable.Range(0, 4).Select(_ => RedisCommand.Rent("GET"u8, 0))];
            await DrainAsync();

            foreach (var other in others)
            {
                Assert.False(other.Reply.IsCompleted);
                other.TryComplete(Failure("own"));
                Assert.Equal("own", (await other.Reply).Failure!.Message);
                other.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_reply_that_nobody_fetched_is_released()
    {
        var block = new Larder.Redis.Connections.ReceiveBlock(64);
        "$2\r\nab\r\n"u8.CopyTo(block.Bytes);
        var unawaited = RedisCommand.Rent("PING"u8, 0);
        unawaited.TryComplete(Reply.Of(block, 0, 8));
        unawaited.Dispose();
        await Deadline.TrueAsync(() => block.IsUnshared);
        block.Release();
    }

    [Fact]
    public async Task Reply_cancellation_and_reuse_race_without_mixing_up()
    {
        for (var round = 0; round < 5000; round++)
        {
            using var cancellation = new CancellationTokenSource();
            using var command = RedisCommand.Rent("GET"u8, 0);
            command.CancelBy(cancellation.Token);
            command.Hold();
            var text = $"{round}";
            var reader = Task.Run(() =>
            {
                command.TryComplete(Failure(text));
                command.Dispose();
            });
            var canceller = Task.Run(cancellation.Cancel);
            var failure = (await command.Reply).Failure!;
            Assert.True(failure is OperationCanceledException || failure.Message == text, failure.ToString());
            await Task.WhenAll(reader, canceller);
        }
    }

    [Fact]
    public async Task No_completion_is_lost_when_the_queue_runs_empty()
    {
        var all = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                using var command = RedisCommand.Rent("GET"u8, 0);
                command.TryComplete(default);
                await command.Reply;
            }
        })));

        await all.WaitAsync(Deadline.Limit);
    }

    /// <summary>Waits until what was completed before has gone its way; another thread may still be at it for a moment.</summary>
    private static async Task DrainAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            using var last = RedisCommand.Rent("PING"u8, 0);
            last.TryComplete(Failure("last"));
            await last.Reply;
        }
    }

    private static Reply Failure(string text) => Reply.OfFailure(new InvalidOperationException(text));

    private static string Text(RedisCommand command) => Encoding.UTF8.GetString(command.Bytes);
}
