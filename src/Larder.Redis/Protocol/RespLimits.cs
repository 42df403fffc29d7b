namespace Larder.Redis.Protocol;

/// <summary>What a server may send at most; more is a violation of the protocol, and the connection is closed.</summary>
internal static class RespLimits
{
    /// <summary>The deepest nesting of arrays, sets, maps and pushes.</summary>
    public const int MaxDepth = 32;

    /// <summary>The longest line, in bytes with its type and its end: a simple string, an error, a number or a header.</summary>
    public const int MaxLine = 64 * 1024;

    /// <summary>The longest string with a length, in bytes; the limit of Redis itself.</summary>
    public const int MaxString = 512 * 1024 * 1024;

    /// <summary>The longest frame with all that it contains, in bytes.</summary>
    public const int MaxFrame = 640 * 1024 * 1024;

    /// <summary>The most elements of one aggregate.</summary>
    public const int MaxElements = 16 * 1024 * 1024;
}
