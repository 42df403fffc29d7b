using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Connections;

/// <summary>Which commands of a queue are too late.</summary>
public sealed class CommandQueueTests
{
    private readonly CommandQueue _queue = new();

    [Fact]
    public void A_command_with_less_time_is_found_behind_others_that_have_more()
    {
        RedisCommand[] commands = [NewCommand(100), NewCommand(200), NewCommand(50), NewCommand(300)];
        foreach (var command in commands)
        {
            Assert.True(_queue.TryAdd(command, out _));
        }

        Assert.Equal([commands[2]], Expired(60));
        Assert.Equal([commands[0], commands[1]], Expired(250));
        Assert.Equal([commands[3]], Expired(300));
    }

    [Fact]
    public void A_second_command_with_less_time_is_found_after_the_first_has_gone()
    {
        RedisCommand[] commands = [NewCommand(1000), NewCommand(700), NewCommand(800)];
        Assert.True(_queue.TryAdd(commands[0], out _));
        Assert.True(_queue.TryAdd(commands[1], out _));
        Assert.Equal([commands[1]], Expired(750));
        Assert.True(_queue.TryAdd(commands[2], out _));

        Assert.Equal([commands[2]], Expired(850));
    }

    private static RedisCommand NewCommand(long deadline)
    {
        var command = RedisCommand.Rent("GET"u8, 1).AddKey("key"u8);
        command.Deadline = deadline;
        return command;
    }

    private List<RedisCommand> Expired(long now)
    {
        var expired = new List<RedisCommand>();
        _queue.CollectExpired(now, expired);
        expired.ForEach(command => command.TryComplete(Reply.OfFailure(new CacheTimeoutException("late"))));
        return expired;
    }
}
