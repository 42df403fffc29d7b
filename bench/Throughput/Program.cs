using System.Globalization;
using Larder.Throughput;
using Larder.Throughput.Memory;
using Larder.Throughput.Redis;
using Larder.Throughput.Store;

// What is measured comes first, "memory" where nothing is said; then the options.
var (what, options) = args is [var first, ..] && !first.StartsWith('-') ? (first, args[1..]) : ("memory", args);
switch (what)
{
    case "memory":
        MemoryThroughput.Run(ThroughputOptions.Parse(options));
        return 0;
    case "redis":
        await RedisThroughput.RunAsync(options.Contains("--quick"));
        return 0;
    case "removal":
        await PatternRemoval.RunAsync(options.Contains("--quick"));
        return 0;
    case "line":
        await HeadOfLine.RunAsync(options.Contains("--quick"));
        return 0;
    case "store" when options is [var connectionString, ..]:
        await StoreThroughput.RunAsync(connectionString, options.Contains("--quick"));
        return 0;
    case "socket" when options is [var port, var seconds]:
        HeadOfLine.ReadFromSocket(int.Parse(port, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)));
        return 0;
    default:
        Console.Error.WriteLine($"'{what}' cannot be measured here. Use: memory [--threads 1,2,4,8] [--quick]; or redis, removal or line [--quick], which need redis-server and redis-benchmark; or store \"Host=...;Username=...\" [--quick], which needs redis-server and a PostgreSQL");
        return 1;
}
