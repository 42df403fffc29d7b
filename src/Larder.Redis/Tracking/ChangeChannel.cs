using System.Buffers.Binary;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Tier;

namespace Larder.Redis.Tracking;

/// <summary>
/// Where the processes of a cache tell each other what they have changed, when the server does not. Messages are numbered by the server; a gap means that one has been missed.
/// </summary>
internal sealed class ChangeChannel
{
    private const int NumberLength = 8;
    private const int SenderLength = 8;
    private const int HeaderLength = NumberLength + SenderLength + 1;

    /// <summary>As long as anyone keeps copies.</summary>
    private static readonly long LifeMs = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    private readonly RedisClient _client;
    private readonly byte[] _name;
    private readonly long _sender = Random.Shared.NextInt64(1, long.MaxValue);
    private readonly Lock _gate = new();
    private long _last;

    public ChangeChannel(RedisClient client, string prefix)
    {
        _client = client;
        Name = RedisTags.KeyPrefix(prefix) + "changes";
        _name = Encoding.UTF8.GetBytes(Name);
    }

    /// <summary>Gets the name, which is also that of the key that holds the number of the last message.</summary>
    public string Name { get; }

    public ReadOnlySpan<byte> NameBytes => _name;

    /// <summary>Tells the others.</summary>
    public async ValueTask TellAsync(ChannelMessage kind, string text, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Tell, 1, 2).AddKey(_name).Add(LifeMs);
        var message = command.AddBlank(SenderLength + 1 + Encoding.UTF8.GetByteCount(text));
        BinaryPrimitives.WriteInt64LittleEndian(message, _sender);
        message[SenderLength] = (byte)kind;
        Encoding.UTF8.GetBytes(text, message[(SenderLength + 1)..]);
        using var _ = await _client.ExecuteAsync(command, RedisScript.Tell, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets how far the messages have come, because what comes next has a gap before it in any case.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _last = 0;
        }
    }

    /// <summary>Reads a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="kind">What it is about.</param>
    /// <param name="text">The key or tag.</param>
    /// <param name="hasGap">Whether others before it have been missed.</param>
    /// <returns>Whether it says something new: not one's own, and not one that came before.</returns>
    public bool TryRead(ReadOnlySpan<byte> message, out ChannelMessage kind, out ReadOnlySpan<byte> text, out bool hasGap)
    {
        (kind, hasGap) = (default, false);
        text = default;
        if (message.Length < HeaderLength)
        {
            return false;
        }

        var number = BinaryPrimitives.ReadInt64LittleEndian(message);
        lock (_gate)
        {
            if (number <= _last)
            {
                // It came over several servers of a cluster.
                return false;
            }

            hasGap = _last != 0 && number != _last + 1;
            _last = number;
        }

        kind = (ChannelMessage)message[HeaderLength - 1];
        text = message[HeaderLength..];
        return hasGap || BinaryPrimitives.ReadInt64LittleEndian(message[NumberLength..]) != _sender;
    }
}
