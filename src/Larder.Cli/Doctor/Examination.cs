using System.Globalization;
using System.Text;
using Larder.Cli.CommandLine;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;
using Larder.Redis;
using Larder.Redis.Connections;

namespace Larder.Cli.Doctor;

/// <summary>Asks a cache and its servers for all that the checks want to know. It changes nothing.</summary>
internal static class Examination
{
    private const int RoundTrips = 20;

    public static async ValueTask<CacheFacts> OfAsync(RedisTarget target, SampleSize size, ProgressLine progress, CancellationToken cancellationToken)
    {
        var servers = new List<ServerFacts>();
        foreach (var node in await target.Servers.AllAsync(cancellationToken))
        {
            servers.Add(await OfServerAsync(target, node, cancellationToken));
        }

        var (forbidden, missing) = await PermissionProbes.RunAsync(target.Library, target.Address.Prefix, cancellationToken);
        return new CacheFacts
        {
            Options = OptionsOf(target.Address),
            Prefix = target.Address.Prefix,
            Servers = servers,
            User = TextOf(await TryAsync(() => target.Library.ExecuteAsync("ACL", ["WHOAMI"], cancellationToken))) ?? target.Address.User ?? "default",
            Forbidden = forbidden,
            Missing = missing,
            Sample = forbidden.Contains("scan") || missing.Contains("scan") ? null : await EntrySample.TakeAsync(target, "*", size, progress, cancellationToken),
        };
    }

    private static async ValueTask<ServerFacts> OfServerAsync(RedisTarget target, RedisNode node, CancellationToken cancellationToken)
    {
        var time = target.Address.Time;
        var trips = new List<TimeSpan>();
        TimeSpan? skew = null;
        for (var i = 0; i < RoundTrips; i++)
        {
            var start = time.GetTimestamp();
            await target.Servers.ExecuteAsync(node, "PING", [], cancellationToken);
            trips.Add(time.GetElapsedTime(start));
        }

        // The server reads its clock between the two looks at this one.
        var before = time.GetUtcNow();
        if (await TryAsync(() => target.Servers.ExecuteAsync(node, "TIME", [], cancellationToken)) is object?[] { Length: 2 } clock)
        {
            var there = DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(TextOf(clock[0])!, CultureInfo.InvariantCulture)).AddMicroseconds(double.Parse(TextOf(clock[1])!, CultureInfo.InvariantCulture));
            var after = time.GetUtcNow();
            skew = there < before ? there - before : there > after ? there - after : TimeSpan.Zero;
        }

        trips.Sort();
        var greeting = node.Reads?.Server ?? default;
        return new ServerFacts
        {
            Name = node.Name,
            Version = greeting.Version,
            Protocol = greeting.Protocol,
            IsTracked = greeting.IsTracked,
            RoundTrips = trips,
            ClockSkew = skew,
            Info = FieldsOf(TextOf(await TryAsync(() => target.Servers.ExecuteAsync(node, "INFO", ["everything"], cancellationToken)))),
            Settings = PairsOf(await TryAsync(() => target.Servers.ExecuteAsync(node, "CONFIG", ["GET", "*"], cancellationToken)) as object?[]),
        };
    }

    /// <summary>Asks for what the user may not be allowed to see.</summary>
    private static async ValueTask<object?> TryAsync(Func<ValueTask<object?>> ask)
    {
        try
        {
            return await ask();
        }
        catch (CacheServerException)
        {
            return null;
        }
    }

    private static RedisOptions OptionsOf(TargetAddress address)
    {
        var options = new RedisOptions { ConnectionString = address.Redis };
        options.Password = address.Password ?? options.Password;
        return options;
    }

    private static Dictionary<string, string> FieldsOf(string? info)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in info?.Split('\n', StringSplitOptions.TrimEntries) ?? [])
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && line[0] != '#')
            {
                fields[line[..colon]] = line[(colon + 1)..];
            }
        }

        return fields;
    }

    private static Dictionary<string, string> PairsOf(object?[]? items)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i + 1 < items?.Length; i += 2)
        {
            pairs[TextOf(items[i]) ?? ""] = TextOf(items[i + 1]) ?? "";
        }

        return pairs;
    }

    private static string? TextOf(object? reply) => reply switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        null => null,
        _ => Convert.ToString(reply, CultureInfo.InvariantCulture),
    };
}
