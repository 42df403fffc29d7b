using Microsoft.Extensions.Logging;

namespace Larder.Dashboard;

/// <summary>What the dashboard logs: who has changed what.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(201, LogLevel.Information, "{User} has done '{Action}' on the cache {CacheName} from the dashboard: {What}; {Count} entries.")]
    public static partial void DashboardAction(ILogger logger, string user, string action, string cacheName, string what, string count);
}
