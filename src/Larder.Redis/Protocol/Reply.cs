using System.Text;
using Larder.Redis.Connections;

namespace Larder.Redis.Protocol;

/// <summary>
/// What a command got: a reply of the server, whose bytes lie where they were received until the reply is disposed, or the error that kept it from
/// getting one. Dispose it once, and do not use its bytes afterwards.
/// </summary>
internal readonly struct Reply : IDisposable
{
    private readonly object? _owner;
    private readonly int _offset;
    private readonly int _length;

    private Reply(RespType type, object? owner, int offset, int length, long integer)
    {
        Type = type;
        _owner = owner;
        _offset = offset;
        _length = length;
        Integer = integer;
    }

    /// <summary>Gets the type; <see cref="RespType.Failure"/> when there is no reply of the server.</summary>
    public RespType Type { get; }

    /// <summary>Gets the integer, of an integer or a boolean.</summary>
    public long Integer { get; }

    /// <summary>Gets whether it is a null.</summary>
    public bool IsNull => Type == RespType.Null;

    /// <summary>Gets whether it is an error of the server, or there is no reply.</summary>
    public bool IsError => Type is RespType.Failure or RespType.SimpleError;

    /// <summary>Gets the error that kept the command from getting a reply; <see langword="null"/> if it got one.</summary>
    public Exception? Failure => _owner as Exception;

    /// <summary>Gets the bytes: those of a string or an error, or of the whole frame of anything that contains values.</summary>
    public ReadOnlyMemory<byte> Memory => _owner is ReceiveBlock block ? block.Bytes.AsMemory(_offset, _length) : default;

    /// <inheritdoc cref="Memory"/>
    public ReadOnlySpan<byte> Span => _owner is ReceiveBlock block ? block.Bytes.AsSpan(_offset, _length) : default;

    /// <summary>Gets whether the reply holds bytes that must be released.</summary>
    public bool OwnsBytes => _owner is ReceiveBlock;

    public static Reply OfFailure(Exception exception) => new(RespType.Failure, exception, 0, 0, 0);

    /// <summary>Makes the reply of a string that fills the beginning of a block.</summary>
    public static Reply OfString(ReceiveBlock block, int length)
    {
        block.Hold();
        return new Reply(RespType.BulkString, block, 0, length, 0);
    }

    /// <summary>Makes a reply of a whole frame.</summary>
    /// <param name="block">Where the frame is.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The reply; it holds the block if it needs its bytes.</returns>
    public static Reply Of(ReceiveBlock block, int offset, int length)
    {
        var reader = new RespReader(block.Bytes.AsSpan(offset, length));
        reader.Read();
        if (reader.IsNull)
        {
            return new Reply(RespType.Null, null, 0, 0, 0);
        }

        switch (reader.Type)
        {
            case RespType.Integer or RespType.Boolean:
                return new Reply(RespType.Integer, null, 0, 0, reader.Integer);
            case RespType.BulkString or RespType.VerbatimString:
                block.Hold();
                return new Reply(RespType.BulkString, block, offset + reader.TextOffset, reader.Text.Length, 0);
            case RespType.SimpleString when reader.Text.SequenceEqual("OK"u8):
                return new Reply(RespType.SimpleString, null, 0, 0, 0);
            case RespType.SimpleString or RespType.Double or RespType.BigNumber:
                block.Hold();
                return new Reply(reader.Type, block, offset + length - reader.Text.Length - 2, reader.Text.Length, 0);
            case RespType.SimpleError:
                block.Hold();
                return new Reply(RespType.SimpleError, block, offset + length - reader.Text.Length - 2, reader.Text.Length, 0);
            case RespType.BulkError:
                block.Hold();
                return new Reply(RespType.SimpleError, block, offset + reader.TextOffset, reader.Text.Length, 0);
            default:
                block.Hold();
                return new Reply(reader.Type, block, offset, length, 0);
        }
    }

    /// <summary>Reads the values of an aggregate; its header has been read already.</summary>
    public RespReader Open()
    {
        var reader = new RespReader(Span);
        reader.Read();
        return reader;
    }

    /// <summary>Gets the reply as objects, see <see cref="RespReader.ReadObject"/>.</summary>
    public object? ToObject() => Type switch
    {
        RespType.Null => null,
        RespType.Integer => Integer,
        RespType.BulkString => Span.ToArray(),
        RespType.SimpleString => OwnsBytes ? ToString() : "OK",
        RespType.Double or RespType.BigNumber => ToString(),
        _ => new RespReader(Span).ReadObject(),
    };

    /// <summary>Gets the bytes as text; of an error its message.</summary>
    public override string ToString() => Failure?.Message ?? Encoding.UTF8.GetString(Span);

    /// <summary>Throws if it is an error.</summary>
    /// <exception cref="CacheServerException">The server refused the command.</exception>
    /// <exception cref="CacheException">There is no reply.</exception>
    public void ThrowIfError()
    {
        if (IsError)
        {
            throw Failure ?? new CacheServerException(ToString());
        }
    }

    public void Dispose() => (_owner as ReceiveBlock)?.Release();
}
