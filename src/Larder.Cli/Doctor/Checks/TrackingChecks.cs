using System.Globalization;
using Larder.Cli.Rendering;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the server can tell processes which of their copies have changed.</summary>
internal static class TrackingChecks
{
    /// <summary>What fits into the pushes of a burst of invalidations, such as a clear.</summary>
    private const long LeastBuffer = 32L << 20;

    private const long LeastTable = 100_000;

    public static IEnumerable<Finding> Of(ServerFacts server)
    {
        yield return server.Protocol >= 3
            ? Finding.Ok("protocol", "RESP", "RESP3")
            : new Finding("protocol", Severity.Warning, "RESP", $"RESP{server.Protocol}", "Neither copies in memory nor the wake-up of waiters are told of changes.", "Connect to a Redis 7 directly, or through a proxy that speaks RESP3 (HELLO 3).");
        yield return server.IsTracked
            ? Finding.Ok("tracking", "CLIENT TRACKING", "on")
            : new Finding("tracking", Severity.Warning, "CLIENT TRACKING", "refused", "Redis tells nobody what changes: processes tell each other over a channel, and use copies for 30 s at most.", "Allow it: ACL SETUSER name +client|tracking.");
        if (server.Number("tracking-table-max-keys") is { } most)
        {
            yield return Table(server, most);
        }

        if (server.Text("client-output-buffer-limit") is { } limits)
        {
            yield return Buffer(limits);
        }
    }

    private static Finding Table(ServerFacts server, long most)
    {
        var used = server.Number("tracking_total_keys") ?? 0;
        var value = string.Create(CultureInfo.InvariantCulture, $"{most:N0}, of which {used:N0} are used");
        return most > 0 && (most < LeastTable || used >= 0.9 * most)
            ? new Finding("tracking-table", Severity.Warning, "tracking-table-max-keys", value, "When the table of tracked keys is full, Redis makes room by telling processes of changes that were none: they drop copies and read again.", "Set tracking-table-max-keys 0 for no limit, or well above the number of keys that are read.")
            : Finding.Ok("tracking-table", "tracking-table-max-keys", value);
    }

    /// <summary>Judges the limits, <c>normal 0 0 0 slave ... pubsub ...</c>: hard, soft, and for how many seconds the soft one may be exceeded.</summary>
    private static Finding Buffer(string limits)
    {
        const string Setting = "client-output-buffer-limit normal";
        var words = limits.Split(' ');
        var at = Array.IndexOf(words, "normal");
        if (at < 0 || at + 3 >= words.Length || !long.TryParse(words[at + 1], CultureInfo.InvariantCulture, out var hard) || !long.TryParse(words[at + 2], CultureInfo.InvariantCulture, out var soft))
        {
            return Finding.Unknown("output-buffer", Setting, $"It was not understood: {limits}");
        }

        var value = $"{words[at + 1]} {words[at + 2]} {words[at + 3]}";
        var least = Math.Min(hard == 0 ? long.MaxValue : hard, soft == 0 ? long.MaxValue : soft);
        return least < LeastBuffer
            ? new Finding("output-buffer", Severity.Warning, Setting, value, $"Invalidations are pushed over ordinary connections. One that has {Humane.Size(least)} of them before it is cut off, and the process drops all its copies.", "Set client-output-buffer-limit normal 0 0 0, the default, or a limit of 64 MB and more.")
            : Finding.Ok("output-buffer", Setting, value);
    }
}
