namespace Larder.Redis.Protocol;

/// <summary>The types of RESP2 and RESP3, by the byte that they begin with.</summary>
internal enum RespType : byte
{
    /// <summary>Not a frame of the server: the command failed on this side.</summary>
    Failure = 0,
    SimpleString = (byte)'+',
    SimpleError = (byte)'-',
    Integer = (byte)':',
    BulkString = (byte)'$',
    Array = (byte)'*',
    Null = (byte)'_',
    Double = (byte)',',
    Boolean = (byte)'#',
    BulkError = (byte)'!',
    VerbatimString = (byte)'=',
    BigNumber = (byte)'(',
    Map = (byte)'%',
    Set = (byte)'~',
    Push = (byte)'>',
    Attribute = (byte)'|',
}
