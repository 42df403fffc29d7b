using System.Globalization;

namespace Larder.Redis.Configuration;

/// <summary>
/// Reads addresses, <c>redis://user:password@host:port,host:port/database?option=value</c>, with <c>rediss</c> for TLS, and <c>unix:///path?database=1</c>. Not System.Uri, which knows
/// one host only and shows what it cannot read.
/// </summary>
internal static class RedisAddress
{
    private const string Escapes = "In user and password '/' is written %2F, '?' %3F, '#' %23, '@' %40, ':' %3A, ',' %2C and '%' %25.";

    public static bool IsAddress(string text) => text.Contains("://", StringComparison.Ordinal);

    public static void Apply(string text, RedisOptions options)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal))
        {
            throw new FormatException($"an address holds no '#'. {Escapes}");
        }

        switch (text[..^(rest.Length + 3)].ToUpperInvariant())
        {
            case "REDIS":
                ApplyServers(rest, options);
                break;
            case "REDISS":
                options.Tls = true;
                ApplyServers(rest, options);
                break;
            case "UNIX":
                ApplySocket(rest, options);
                break;
            default:
                throw new FormatException("an address begins with redis://, rediss:// (with TLS) or unix:// (a socket of this machine).");
        }
    }

    private static void ApplyServers(string text, RedisOptions options)
    {
        var end = text.IndexOfAny(['/', '?']);
        var (authority, rest) = end < 0 ? (text, "") : (text[..end], text[end..]);
        var at = authority.LastIndexOf('@');
        if (at < 0 && rest.Contains('@', StringComparison.Ordinal))
        {
            throw new FormatException($"there is an '@' behind the servers. {Escapes}");
        }

        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rest : rest[..query];
        if (at >= 0)
        {
            ApplyLogin(authority[..at], options);
        }

        if (path.Length > 1)
        {
            options.Database = int.TryParse(path.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var database)
                ? database
                : throw new FormatException($"what follows the servers, '/' and more, is not the number of a database. {Escapes}");
        }

        ApplyQuery(query < 0 ? "" : rest[(query + 1)..], options);
        var defaultPort = options.SentinelServiceName is null ? RedisEndPoint.DefaultPort : RedisEndPoint.SentinelPort;
        options.Endpoints = RedisConnectionString.Servers(authority[(at + 1)..].Split(',', StringSplitOptions.TrimEntries), defaultPort);
    }

    private static void ApplySocket(string text, RedisOptions options)
    {
        var query = text.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? text : text[..query];
        if (!path.StartsWith('/') && path.IndexOf('@', StringComparison.Ordinal) is > 0 and var at)
        {
            ApplyLogin(path[..at], options);
            path = path[(at + 1)..];
        }

        ApplyQuery(query < 0 ? "" : text[(query + 1)..], options);
        options.Endpoints = RedisConnectionString.Servers(["unix:" + Decode(path)], RedisEndPoint.DefaultPort);
    }

    private static void ApplyLogin(string text, RedisOptions options)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            throw new FormatException("there is one word before the '@'. Write 'user:password@', or ':password@' for the default user.");
        }

        options.User = colon == 0 ? null : Decode(text[..colon]);
        options.Password = Decode(text[(colon + 1)..]);
    }

    private static void ApplyQuery(string text, RedisOptions options)
    {
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException($"behind the '?' options are written 'name=value' with '&' between them. {Escapes}");
            }

            var name = pair[..equals];
            if (!RedisConnectionString.TryApply(options, name, Decode(pair[(equals + 1)..])))
            {
                throw new FormatException(name.All(char.IsAsciiLetter) && name.Length <= 32
                    ? $"'{name}' is not an option. The options are: {RedisSettings.Names}."
                    : $"there is an unknown option. {Escapes}");
            }
        }
    }

    private static string Decode(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw new FormatException($"a '%' is not followed by two hexadecimal digits. {Escapes}");
            }
        }

        return Uri.UnescapeDataString(text);
    }
}
