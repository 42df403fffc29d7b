using System.Globalization;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Questions about what a cache has in memory of what is in Redis.</summary>
internal static class Copies
{
    /// <summary>Reads a key, and tells whether the answer came from memory.</summary>
    public static async Task<bool> IsReadFromMemoryAsync<T>(this ICache cache, string key)
    {
        var before = cache.Statistics.Snapshot().SharedReads;
        var result = await cache.GetAsync<T>(key);
        return result.HasValue && cache.Statistics.Snapshot().SharedReads == before;
    }

    /// <summary>Reads a key until the answer comes from memory.</summary>
    public static Task WarmAsync<T>(this ICache cache, string key) => Deadline.TrueAsync(() => cache.IsReadFromMemoryAsync<T>(key), $"a copy of {key} is kept");

    /// <summary>Waits until so many changes were told of on the channel, where there is one: who changes something does not wait for that.</summary>
    public static Task AnnouncedAsync(this RedisServer server, RedisLocalCopies mode, int changes) =>
        mode == RedisLocalCopies.Channel ? Deadline.TrueAsync(async () => await server.CallsAsync("publish") >= changes, "the changes were told") : Task.CompletedTask;

    /// <summary>Gets how many commands the server has done that read or write keys.</summary>
    public static async Task<long> CommandsAsync(this RedisServer server) => (await StatisticsAsync(server))
        .Where(command => command.Name is not ("ping" or "info" or "publish" or "config" or "command" or "hello" or "client" or "cluster") && !command.Name.Contains('|', StringComparison.Ordinal))
        .Sum(command => command.Calls);

    /// <summary>Gets how often the server has done a command.</summary>
    public static async Task<long> CallsAsync(this RedisServer server, string command) =>
        (await StatisticsAsync(server)).Where(one => one.Name == command).Sum(one => one.Calls);

    private static async Task<IEnumerable<(string Name, long Calls)>> StatisticsAsync(RedisServer server)
    {
        var info = (string)(await server.CommandAsync("INFO", "commandstats"))!;
        return info.Split("\r\n").Where(line => line.StartsWith("cmdstat_", StringComparison.Ordinal))
            .Select(line => line["cmdstat_".Length..].Split(':', '=', ','))
            .Select(parts => (parts[0], long.Parse(parts[2], CultureInfo.InvariantCulture)));
    }
}
