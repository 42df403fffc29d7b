using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Protocol;

/// <summary>Whether two commands have a key in common.</summary>
public sealed class CommandKeysTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a b c", "c", true)]
    [InlineData("c", "a bbbbbbbbbbbb c", true)]
    [InlineData("a b", "c b d", true)]
    [InlineData("a b", "c d", false)]
    [InlineData("a", "ab", false)]
    [InlineData("ab", "a", false)]
    [InlineData("value", "a", false)]
    [InlineData("a", "value", false)]
    [InlineData("", "a", false)]
    [InlineData("a", "", false)]
    public void Each_key_counts_and_no_value(string keys, string others, bool expected)
    {
        using var command = NewCommand(keys);
        using var other = NewCommand(others);
        using var asking = other.Clone(isAsking: true);
        using var script = other.WithScriptText("sha"u8, "a long text of a script, or so"u8);

        Assert.Equal(expected, command.Concerns(other));
        Assert.Equal(expected, command.Concerns(asking));
        Assert.Equal(expected, command.Concerns(script));
        Assert.Equal(expected, asking.Concerns(command));
        Assert.Equal(expected, script.Concerns(command));
    }

    [Fact]
    public void A_key_may_hold_the_end_of_a_line()
    {
        using var command = RedisCommand.Rent("UNLINK"u8, 2).AddKey("x\r\n$1\r\na"u8).AddKey("b"u8);
        using var other = RedisCommand.Rent("UNLINK"u8, 2).AddKey("c\r\nd"u8).AddKey("b"u8);

        Assert.True(command.Concerns(other));
        Assert.True(other.Concerns(command));
    }

    private static RedisCommand NewCommand(string keys)
    {
        var words = keys.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var command = RedisCommand.Rent("EVALSHA"u8, 3 + words.Length).Add("sha"u8).Add(words.Length);
        foreach (var word in words)
        {
            command.AddKey(System.Text.Encoding.UTF8.GetBytes(word));
        }

        return command.Add("value"u8);
    }
}
