using Larder.Redis.Protocol;
using Larder.Serialization;

namespace Larder.Redis.Connections;

/// <summary>
/// Reads values that are known to be large in pieces. The server does one thing at a time and copies a whole reply before it looks at the next command, of whomever: between pieces
/// it looks. One piece of a value is under way at a time; two would be in front of everybody else together. While this process has other commands under way, which wait for the processors too that a
/// piece takes, pieces are smaller and let others go first; where the way to the server is what takes the time, they are larger.
/// </summary>
/// <remarks>
/// The value may change between two pieces. Each change gives an entry another revision, which stands in its header: the header is read again at the end, and if it has another one, or the value is
/// no entry of Larder and has none, the value comes in one reply after all. Reads of an entry with a sliding life change its expiry and leave the revision; the later header counts.
/// </remarks>
/// <param name="isBusy">Tells whether other commands are under way.</param>
/// <param name="time">What measures pieces.</param>
internal sealed class LargeReads(Func<bool> isBusy, TimeProvider time)
{
    /// <summary>The length of a piece.</summary>
    public const int PieceLength = (RedisConnection.BlockSize / 2) - 64;

    /// <summary>The length of a piece beside other commands.</summary>
    public const int PieceLengthBesideOthers = PieceLength / 3;

    /// <summary>The length of a piece at most, for a server that is far away.</summary>
    public const int MaxPieceLength = 1024 * 1024;

    private const int FirstSize = 1024 * 1024;

    /// <summary>After a piece that took longer the next one is twice as long: then it is not the server that takes the time.</summary>
    private static readonly TimeSpan SlowPiece = TimeSpan.FromMilliseconds(1);

    /// <summary>Tells whether a command can be served so: a plain GET, without ASKING in front of it.</summary>
    public static bool CanServe(RedisCommand command) => command.Bytes.StartsWith("*2\r\n$3\r\nGET\r\n"u8);

    /// <summary>Sees to the reply of a command, which is not sent itself unless it must be.</summary>
    /// <param name="whole">The command; the caller still owns it.</param>
    /// <param name="connection">The connection for pieces.</param>
    public void Begin(RedisCommand whole, ConnectionSlot connection)
    {
        whole.Hold();
        _ = RunAsync(whole, connection);
    }

    private async Task RunAsync(RedisCommand whole, ConnectionSlot connection)
    {
        using (whole)
        {
            try
            {
                if (await ReadAsync(whole, connection).ConfigureAwait(false) is { } reply)
                {
                    whole.TryComplete(reply);
                }
                else if (!whole.IsDone)
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
    private async ValueTask<Reply?> ReadAsync(RedisCommand whole, ConnectionSlot connection)
    {
        ReceiveBlock? value = null;
        try
        {
            var (length, asked, took) = (0, 0, TimeSpan.Zero);
            for (var isLast = false; !isLast;)
            {
                var isBesideOthers = isBusy();
                if (length > 0 && isBesideOthers)
                {
                    // Who waits for a processor gets this one.
                    Thread.Yield();
                }

                asked = NextLength(asked, took, isBesideOthers);
                var begun = time.GetTimestamp();
                var piece = await ReadPieceAsync(whole, connection, length, asked).ConfigureAwait(false);
                took = time.GetElapsedTime(begun);
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

            var header = await ReadPieceAsync(whole, connection, 0, EntryFrame.FixedLength).ConfigureAwait(false);
            if (header.IsError)
            {
                return header;
            }

            using (header)
            {
                if (EntryFrame.RevisionOf(header.Span) != EntryFrame.RevisionOf(value!.Bytes))
                {
                    return null;
                }

                header.Span.CopyTo(value.Bytes);
                return Reply.OfString(value, length);
            }
        }
        finally
        {
            value?.Release();
        }
    }

    private static int NextLength(int before, TimeSpan took, bool isBesideOthers) =>
        took > SlowPiece ? Math.Min(2 * before, MaxPieceLength)
        : isBesideOthers ? PieceLengthBesideOthers
        : PieceLength;

    private static async ValueTask<Reply> ReadPieceAsync(RedisCommand whole, ConnectionSlot connection, int offset, int length)
    {
        using var command = RedisCommand.Rent("GETRANGE"u8, 3).AddKey(whole.Key).Add(offset).Add(offset + length - 1);
        command.IsUnbounded = whole.IsUnbounded;

        // Where the next piece is asked for on the thread that reads, its reply cannot come before it is awaited; it can after one that is asked for elsewhere, and would then wait for the thread pool.
        command.ContinuesAtOnce = offset > 0;
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

        var larger = new ReceiveBlock(Math.Max(FirstSize, Math.Max(length + more, (int)Math.Min(2L * length, RespLimits.MaxString))));
        value?.Bytes.AsSpan(0, length).CopyTo(larger.Bytes);
        value?.Release();
        return larger;
    }
}
