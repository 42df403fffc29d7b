using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Larder.Redis.Telemetry;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Hosting;

/// <summary>The prefixes that the caches of an application have in Redis, to warn of two caches that are one without anybody having meant it.</summary>
internal static class RedisPrefixes
{
    /// <summary>By the log of the application, which is where the warning goes; an application without a log is not warned.</summary>
    private static readonly ConditionalWeakTable<ILoggerFactory, ConcurrentDictionary<(string Servers, int Database, string Prefix), string>> Known = [];

    /// <summary>Takes note of a cache. One that is made again under its name is no other one.</summary>
    public static void Add(string name, string prefix, RedisOptions options, ILoggerFactory? loggerFactory)
    {
        if (loggerFactory is null)
        {
            return;
        }

        var servers = string.Join(',', options.Endpoints.Order(StringComparer.OrdinalIgnoreCase)).ToUpperInvariant();
        var first = Known.GetOrCreateValue(loggerFactory).GetOrAdd((servers, options.Database, prefix), name);
        if (first != name)
        {
            RedisLog.SharedPrefix(loggerFactory.CreateLogger(RedisLog.Category), first, name, prefix);
        }
    }
}
