using Larder.Redis.Protocol;
using Larder.Serialization;

namespace Larder.Redis.Connections;

/// <summary>
/// A read of a value that is known to be large, in pieces. The server does one thing at a time and copies a whole reply before it looks at the next command, of whomever: between pieces
/// it looks. One piece is under way at a time; two would be in front of everybody else together. Pieces are smaller while this process has other commands under way, which wait for the processors too
/// that a piece takes.
/// </summary>
/// <remarks>
/// The value may change between two pieces. Each change gives an entry another revision, which stands in its header: the header is read again at the end, and if it is not the same, or the value is
/// no entry of Larder and has none, the value comes in one reply after all.
/// </remarks>
internal static class LargeRead
{
    /// <summary>The length of a piece, of which, with their frames, two fit into a block of the reader.</summary>
    public const int PieceLength = (RedisConnection.BlockSize / 2) - 64;

    /// <summary>The length of a piece beside other commands.</summary>
    public const int PieceLengthBesideOthers = PieceLength / 2;

    private const int FirstSize = 1024 * 1024;

    /// <summary>Tells whether a command can be served so: a plain GET, without ASKING in front of it.</summary>
    public static bool CanServe(RedisCommand command) => command.Bytes.StartsWith("*2\r\n$3\r\nGET\r\n"u8);

    /// <summary>Sees to the reply of a command, which is not sent itself unless it must be.</summary>
    /// <param name="whole">The command; the caller still owns it.</param>
    /// <param name="connection">The connection for pieces.</param>
    /// <param name="isBesideOthers">Tells whether other commands are under way.</param>
    public static void Begin(RedisCommand whole, ConnectionSlot connection, Func<bool> isBesideOthers)
    {
        whole.Hold();
        _ = RunAsync(whole, connection, isBesideOthers);
    }

    private static async Task RunAsync(RedisCommand whole, ConnectionSlot connection, Func<bool> isBesideOthers)
    {
        using (whole)
        {
            try
            {
                if (await ReadAsync(whole, connection, isBesideOthers).ConfigureAwait(false) is { } reply)
                {
                    whole.TryComplete(reply);
                }
                else
                {
                    connection.Send(whole);
                }
            }
            catch (Exception exception)
            {
                whole.TryComplete(Reply.OfFailure(exception));
            }
        }
    }

    /// <returns>The reply; <see langword="null"/> when the value cannot be read in pieces, or nobody waits for it any more.</returns>
    private static async ValueTask<Reply?> ReadAsync(RedisCommand whole, ConnectionSlot connection, Func<bool> isBesideOthers)
    {
        ReceiveBlock? value = null;
        try
        {
            var length = 0;
            for (var isLast = false; !isLast;)
            {
                var asked = isBesideOthers() ? PieceLengthBesideOthers : PieceLength;
                var piece = await ReadAsync(whole, connection, length, asked).ConfigureAwait(false);
                isLast = piece.Span.Length < asked;
                if (piece.IsError || (isLast && length == 0 && EntryFrame.RevisionOf(piece.Span) != 0))
                {
                    return piece;
                }

                using (piece)
                {
                    if (whole.IsDone || (length == 0 && EntryFrame.RevisionOf(piece.Span) == 0) || length + piece.Span.Length > RespLimits.MaxString)
                    {
                        return null;
                    }

                    value = WithRoom(value, length, piece.Span.Length);
                    piece.Span.CopyTo(value.Bytes.AsSpan(length));
                    length += piece.Span.Length;
                }
            }

            var header = await ReadAsync(whole, connection, 0, EntryFrame.FixedLength).ConfigureAwait(false);
            if (header.IsError)
            {
                return header;
            }

            using (header)
            {
                return header.Span.SequenceEqual(value!.Bytes.AsSpan(0, EntryFrame.FixedLength)) ? Reply.OfString(value, length) : null;
            }
        }
        finally
        {
            value?.Release();
        }
    }

    private static async ValueTask<Reply> ReadAsync(RedisCommand whole, ConnectionSlot connection, int offset, int length)
    {
        using var command = RedisCommand.Rent("GETRANGE"u8, 3).AddKey(whole.Key).Add(offset).Add(offset + length - 1);
        (command.IsUnbounded, command.ContinuesAtOnce) = (whole.IsUnbounded, true);
        connection.Send(command);
        return await command.Reply.ConfigureAwait(false);
    }

    /// <summary>Sees to the room for a piece. It grows with what has come: nobody says beforehand how much that will be.</summary>
    private static ReceiveBlock WithRoom(ReceiveBlock? value, int length, int more)
    {
        if (value?.Bytes.Length >= length + more)
        {
            return value;
        }

        var larger = new ReceiveBlock(Math.Max(FirstSize, (int)Math.Min(4L * length, RespLimits.MaxString)));
        value?.Bytes.AsSpan(0, length).CopyTo(larger.Bytes);
        value?.Release();
        return larger;
    }
}
