using Microsoft.Extensions.Logging;

namespace Larder.Redis.Topology;

/// <summary>What is logged about servers that change. Ids are stable.</summary>
internal static partial class TopologyLog
{
    [LoggerMessage(101, LogLevel.Information, "{Topology}: the primaries are {Primaries}.")]
    public static partial void Changed(ILogger logger, string topology, string primaries);

    [LoggerMessage(102, LogLevel.Warning, "{Topology}: nobody tells which servers there are now; those known so far are used further.")]
    public static partial void NotFound(ILogger logger, string topology, Exception exception);
}
