using Microsoft.Extensions.Logging;

namespace Larder.Redis.Telemetry;

/// <summary>What the shared tier logs, in the category <c>Larder.Redis</c>. Ids are stable; secrets are never logged.</summary>
internal static partial class RedisLog
{
    public const string Category = "Larder.Redis";

    [LoggerMessage(101, LogLevel.Warning, "{Server} has no memory limit (maxmemory is 0), and grows until its machine has no memory left. Set maxmemory, and maxmemory-policy to allkeys-lfu.")]
    public static partial void NoMemoryLimit(ILogger logger, string server);

    [LoggerMessage(102, LogLevel.Warning, "{Server} evicts nothing (maxmemory-policy is noeviction), and refuses all writes once its memory is full. Set maxmemory-policy to allkeys-lfu.")]
    public static partial void NoEviction(ILogger logger, string server);

    [LoggerMessage(103, LogLevel.Warning, "{Servers}: the TLS certificate is not checked (TlsTrustAnyCertificate is set). Anyone on the way can read and change what is cached.")]
    public static partial void CertificateNotChecked(ILogger logger, string servers);

    [LoggerMessage(104, LogLevel.Information, "{Topology}: the primaries are {Primaries}.")]
    public static partial void PrimariesChanged(ILogger logger, string topology, string primaries);

    [LoggerMessage(105, LogLevel.Warning, "{Topology}: nobody tells which servers there are now; those known so far are used further.")]
    public static partial void TopologyUnknown(ILogger logger, string topology, Exception exception);

    [LoggerMessage(106, LogLevel.Warning, "The caches '{First}' and '{Second}' have the same prefix, '{Prefix}', in the same Redis: they are one cache, and what one stores, removes or clears concerns the other. Set Prefix of each.")]
    public static partial void SharedPrefix(ILogger logger, string first, string second, string prefix);

    [LoggerMessage(107, LogLevel.Information, "{Server} does not tell its memory settings: INFO and CONFIG GET are refused. See that maxmemory is set, and maxmemory-policy to allkeys-lfu.")]
    public static partial void MemoryPolicyUnknown(ILogger logger, string server);

    [LoggerMessage(120, LogLevel.Warning, "Cache '{Cache}': the journal of write-behind cannot be read; writes that it has accepted are delivered when it is back.")]
    public static partial void JournalFailed(ILogger logger, string cache, Exception exception);
}
