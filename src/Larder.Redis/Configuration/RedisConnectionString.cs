namespace Larder.Redis.Configuration;

/// <summary>
/// Reads connection strings: addresses such as <c>redis://user:password@host:port/database</c>, and the form of StackExchange.Redis. No message shows more of one than
/// names of options: whatever else is in it may be a piece of a password that was not escaped.
/// </summary>
internal static class RedisConnectionString
{
    /// <summary>Applies a connection string.</summary>
    /// <param name="text">The text; none clears what an earlier one had set.</param>
    /// <param name="options">What it is applied to.</param>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static void Apply(string? text, RedisOptions options)
    {
        // Not the password of one server to another.
        (options.Endpoints, options.User, options.Password, options.Database, options.Tls, options.SentinelServiceName) = ([], null, null, 0, false, null);
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        text = text.Trim();
        if (RedisAddress.IsAddress(text))
        {
            RedisAddress.Apply(text, options);
        }
        else
        {
            StackExchangeForm.Apply(text, options);
        }
    }

    /// <summary>Checks servers, and gives each its port.</summary>
    public static string[] Servers(IEnumerable<string> servers, int defaultPort)
    {
        var result = new List<string>();
        foreach (var server in servers)
        {
            _ = RedisEndPoint.Parse(server, defaultPort);
            result.Add(RedisEndPoint.HasPort(server) ? server : FormattableString.Invariant($"{(server.Contains(':', StringComparison.Ordinal) && !server.StartsWith('[') ? $"[{server}]" : server)}:{defaultPort}"));
        }

        return [.. result];
    }

    /// <summary>Applies an option; the message about a bad one names it, and does not show its value.</summary>
    public static bool TryApply(RedisOptions options, string name, string value)
    {
        try
        {
            return !name.Equals(nameof(RedisOptions.ConnectionString), StringComparison.OrdinalIgnoreCase) && RedisSettings.TryApply(options, name, value);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new FormatException($"{name}: {exception.Message}", exception);
        }
    }
}
