using System.Globalization;

namespace Larder.Redis.Configuration;

/// <summary>
/// Reads the form of StackExchange.Redis, <c>host:6379,other:6379,password=...,ssl=true</c>: servers, then options, with commas between them. Numbers are milliseconds, as there.
/// </summary>
internal static class StackExchangeForm
{
    private const int TlsPort = 6380;

    /// <summary>Options that are understood and change nothing, because Larder works another way or always does so.</summary>
    private static readonly HashSet<string> s_ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "abortConnect", "allowAdmin", "channelPrefix", "checkCertificateRevocation", "configChannel", "configCheckSeconds", "connectRetry", "highIntegrity", "keepAlive", "preserveAsyncOrder",
        "protocol", "resolveDns", "responseTimeout", "setlib", "sslProtocols", "tieBreaker", "version", "writeBuffer",
    };

    private static readonly Dictionary<string, Action<RedisOptions, string>> s_options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["asyncTimeout"] = (options, text) => options.CommandTimeout = Milliseconds(text),
        ["connectTimeout"] = (options, text) => options.ConnectTimeout = Milliseconds(text),
        ["defaultDatabase"] = (options, text) => options.Database = Larder.Hosting.SettingsText.Integer(text),
        ["heartbeatInterval"] = (options, text) => options.HeartbeatInterval = Milliseconds(text),
        ["name"] = (options, text) => options.ClientName = text,
        ["password"] = (options, text) => options.Password = text,
        ["serviceName"] = (options, text) => options.SentinelServiceName = text,
        ["ssl"] = (options, text) => options.Tls = Larder.Hosting.SettingsText.Boolean(text),
        ["sslHost"] = (options, text) => options.TlsHost = text,
        ["syncTimeout"] = (options, text) => options.CommandTimeout = Milliseconds(text),
        ["user"] = (options, text) => options.User = text,
    };

    public static void Apply(string text, RedisOptions options)
    {
        var servers = new List<string>();
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var last = "";
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : part[..equals].TrimEnd();
            if (equals < 0 && found.Count == 0)
            {
                servers.Add(part);
            }
            else if (s_options.ContainsKey(name) || s_ignored.Contains(name))
            {
                found[name] = part[(equals + 1)..].TrimStart();
                last = name;
            }
            else
            {
                throw Unknown(name, last);
            }
        }

        // Calls of Larder are asynchronous, and asyncTimeout is the more particular of the two.
        foreach (var (name, value) in found.OrderBy(option => option.Key.Equals("asyncTimeout", StringComparison.OrdinalIgnoreCase)))
        {
            ApplyOption(name, value, options);
        }

        if (servers.Count == 0)
        {
            throw new FormatException("it names no server. It is written 'host:6379,password=...', or 'redis://:password@host:6379'.");
        }

        options.Endpoints = RedisConnectionString.Servers(
            servers,
            options.SentinelServiceName is not null ? RedisEndPoint.SentinelPort : options.Tls ? TlsPort : RedisEndPoint.DefaultPort);
    }

    private static void ApplyOption(string name, string value, RedisOptions options)
    {
        try
        {
            if (s_options.TryGetValue(name, out var apply))
            {
                apply(options, value);
            }
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new FormatException($"{name}: {exception.Message}", exception);
        }
    }

    /// <summary>What follows the password, or is no name, may be a piece of the password: it is not shown.</summary>
    private static FormatException Unknown(string name, string last)
    {
        if (last.Equals("password", StringComparison.OrdinalIgnoreCase))
        {
            return new FormatException("what follows the password is no option. A password that holds a comma does not fit into this form: write 'redis://:password@host:6379' with %2C for the comma, or set Password.");
        }

        return name.Length is > 0 and <= 32 && name.All(char.IsAsciiLetter)
            ? new FormatException($"'{name}' is not an option. The options are: {string.Join(", ", s_options.Keys)}; without effect: {string.Join(", ", s_ignored)}.")
            : new FormatException("behind the servers there is something that is no option 'name=value'.");
    }

    private static TimeSpan Milliseconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? TimeSpan.FromMilliseconds(number)
            : throw new FormatException("expected is a whole number of milliseconds.");
}
