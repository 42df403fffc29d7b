using System.Globalization;
using Larder.Redis;
using Larder.Samples.StepByStep.Shops;

namespace Larder.Samples.StepByStep;

/// <summary>One application, taken from no cache to a cached store in eight steps. After each the same afternoon is played, and what it cost is counted.</summary>
public static class Program
{
    private const string Prefix = "step-by-step";

    private static readonly CachePolicy Plain = new() { TimeToLive = TimeSpan.FromMinutes(30) };
    private static readonly CachePolicy Lasting = new() { TimeToLive = TimeSpan.FromMinutes(30), MaxStale = TimeSpan.FromHours(2) };

    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length != 1)
        {
            await Console.Error.WriteLineAsync("Usage: StepByStep <address of a Redis, such as redis://localhost:6379>");
            return 1;
        }

        await RunAsync(args[0], Console.Out);
        return 0;
    }

    public static async Task RunAsync(string redis, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        await output.WriteLineAsync("| step | pages | database queries | pages with an old price | failed pages | of ten quiet reads, in Redis |");
        await output.WriteLineAsync("|---|--:|--:|--:|--:|--:|");

        await StepAsync("1. no cache", (database, _, _) => new(new NoCache(database)));
        await StepAsync("2. get, load, set", (database, clock, _) => new(new GetThenSet(database, InMemory(clock))));
        await StepAsync("3. get-or-create", (database, clock, _) => new(new GetOrCreate(database, InMemory(clock))));
        await StepAsync("4. tags", (database, clock, _) => new(new Invalidating(database, InMemory(clock), Plain)));
        await StepAsync("5. stale when it fails", (database, clock, _) => new(new Invalidating(database, InMemory(clock), Lasting)));
        await StepAsync("6. shared in Redis", async (database, clock, process) => new Invalidating(database, await InRedisAsync(clock, process, RedisLocalCopies.None), Lasting));
        await StepAsync("7. two tiers", async (database, clock, process) => new Invalidating(database, await InRedisAsync(clock, process, RedisLocalCopies.Auto), Lasting));
        await StepAsync("8. a store", async (database, clock, process) => new Stored(database, await InRedisAsync(clock, process, RedisLocalCopies.Auto), Lasting));

        async Task StepAsync(string name, Func<Database, TimeProvider, int, ValueTask<Shop>> open)
        {
            await ClearAsync(redis);
            using var database = new Database();
            var figures = await new Afternoon((process, clock) => open(database, clock, process), database).RunAsync();
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {figures.Pages:N0} | {figures.Queries:N0} | {figures.Old:N0} | {figures.Failed:N0} | {10 * figures.AskedRedis:0} |"));
            await ClearAsync(redis);
        }

        // The clock is moved by hand, so that four hours take seconds. What Redis itself does goes by real time.
        static ICache InMemory(TimeProvider clock) => Cache.InMemory(options => options.TimeProvider = clock);

        // Two processes in one: connections of different names are not shared, so each has its own, and its own copies.
        ValueTask<ICache> InRedisAsync(TimeProvider clock, int process, RedisLocalCopies copies) => Cache.ConnectAsync(redis, options =>
        {
            (options.Prefix, options.TimeProvider) = (Prefix, clock);
            options.UseRedis(settings => (settings.ClientName, settings.LocalCopies) = ($"{Prefix}-{process}", copies));
        });
    }

    private static async Task ClearAsync(string redis)
    {
        await using var cache = await Cache.ConnectAsync(redis, options => options.Prefix = Prefix);
        await cache.ClearAsync();
    }
}
