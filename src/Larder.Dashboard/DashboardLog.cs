using Microsoft.Extensions.Logging;

namespace Larder.Dashboard;

/// <summary>What the dashboard logs: who has changed what, and what it could not look at.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(201, LogLevel.Information, "{User} has done '{Action}' on the cache {CacheName} from the dashboard: {What}; {Count} entries.")]
    public static partial void DashboardAction(ILogger logger, string user, string action, string cacheName, string what, string count);

    [LoggerMessage(202, LogLevel.Warning, "The cache {CacheName} could not be looked at for the dashboard. It is tried again every two seconds, and logged again when it has worked meanwhile.")]
    public static partial void LookFailed(ILogger logger, string cacheName, Exception exception);
}
