using Microsoft.Extensions.Logging;

namespace Larder.Adapters;

/// <summary>What is logged under the category of HybridCache, with the ids of Microsoft's implementation, so that alerts go on to work.</summary>
internal static partial class HybridLog
{
    [LoggerMessage(1, LogLevel.Error, "The value of '{Key}' is {Bytes} bytes long; the limit for the shared store, MaximumPayloadBytes, is {Limit}.")]
    public static partial void PayloadTooLarge(ILogger logger, string key, long bytes, int limit);

    [LoggerMessage(2, LogLevel.Error, "A value of type {Type} could not be serialized.")]
    public static partial void SerializationFailed(ILogger logger, string type, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "A value of type {Type} could not be deserialized.")]
    public static partial void DeserializationFailed(ILogger logger, string type, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "A key is empty or whitespace; the call was not cached.")]
    public static partial void KeyEmpty(ILogger logger);

    [LoggerMessage(5, LogLevel.Error, "A key is {Length} characters long; the limit, MaximumKeyLength, is {Limit}. The call was not cached.")]
    public static partial void KeyTooLong(ILogger logger, int length, int limit);

    [LoggerMessage(6, LogLevel.Error, "The shared store failed at {Operation} of '{Key}'; the caller was served without it.")]
    public static partial void ReadFailed(ILogger logger, string operation, string key, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "The shared store failed at {Operation} of '{Key}'; the caller was served without it.")]
    public static partial void WriteFailed(ILogger logger, string operation, string key, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "A key holds a control character; the call was not cached.")]
    public static partial void KeyContent(ILogger logger);

    [LoggerMessage(9, LogLevel.Error, "A key is not well-formed UTF-16; the value is kept in the memory of the process only.")]
    public static partial void KeyUnicode(ILogger logger);

    [LoggerMessage(10, LogLevel.Error, "A tag is not well-formed UTF-16; the value is kept in the memory of the process only.")]
    public static partial void TagUnicode(ILogger logger);

    [LoggerMessage(11, LogLevel.Warning, "What the shared store has for '{Key}' was rejected: {Reason}.")]
    public static partial void DataRejected(ILogger logger, string key, string reason);
}
