using Larder.Cli.CommandLine;
using Larder.Redis;

namespace Larder.Cli.Targets;

/// <summary>Finds out which cache is meant: a flag counts more than the environment, and that more than the configuration file. Secrets come from everywhere but the command line, which others can see.</summary>
internal static class AddressResolver
{
    private const string SecretHint = "Others can see the arguments of a process. Give the password by LARDER_REDIS_PASSWORD, --password-file or --password-stdin, and the user by --user.";

    public static TargetAddress Resolve(Invocation invocation, GlobalOptions options)
    {
        var variable = invocation.Terminal.Variable;
        var file = ToolConfiguration.Read(invocation.Get(options.Config), variable);
        var (redis, url) = Place(invocation, options, file);
        var cache = First(invocation.Get(options.Cache), variable("LARDER_CACHE"), file.Cache) ?? "default";
        return new TargetAddress
        {
            Redis = redis,
            Url = url is null ? null : UrlOf(url),
            Cache = cache,
            Prefix = First(invocation.Get(options.Prefix), variable("LARDER_PREFIX"), file.Prefix) ?? cache,
            User = First(invocation.Get(options.User), variable("LARDER_REDIS_USER"), file.User),
            Password = First(SecretOf(invocation.Get(options.PasswordFile)), invocation.Get(options.PasswordStdin) ? LineOf(invocation) : null, variable("LARDER_REDIS_PASSWORD"), file.Password),
            Token = First(SecretOf(invocation.Get(options.TokenFile)), variable("LARDER_TOKEN"), file.Token),
            Timeout = invocation.Get(options.Timeout),
            Time = invocation.Terminal.Time,
        };
    }

    private static (string? Redis, string? Url) Place(Invocation invocation, GlobalOptions options, ToolConfiguration file)
    {
        var variable = invocation.Terminal.Variable;
        (string? Redis, string? Url, string Where)[] places =
        [
            (invocation.Get(options.Redis), invocation.Get(options.Url), "--redis and --url are both given"),
            (Some(variable("LARDER_REDIS")), Some(variable("LARDER_URL")), "LARDER_REDIS and LARDER_URL are both set"),
            (Some(file.Redis), Some(file.Url), "the configuration file names both a redis and a url"),
        ];
        for (var i = 0; i < places.Length; i++)
        {
            var (redis, url, where) = places[i];
            if (redis is not null && url is not null)
            {
                throw ToolException.Usage($"It is not clear which cache is meant: {where}.", "Name one of them with --redis or --url.");
            }

            if (redis is not null)
            {
                RequireRedis(redis, isArgument: i == 0);
                return (redis, null);
            }

            if (url is not null)
            {
                if (i == 0 && url.Split("//").Last().Split('/')[0].Contains('@', StringComparison.Ordinal))
                {
                    throw ToolException.Usage("The address of the dashboard holds a login.", "Others can see the arguments of a process. Give a bearer token by LARDER_TOKEN or --token-file.");
                }

                return (null, url);
            }
        }

        throw ToolException.Usage("No cache is named.", "Say --redis host:port or --url http://host/larder, or set LARDER_REDIS or LARDER_URL.");
    }

    /// <summary>Reads a connection string as the library does, and refuses one that shows a secret to others.</summary>
    private static void RequireRedis(string text, bool isArgument)
    {
        RedisOptions read;
        try
        {
            read = new RedisOptions { ConnectionString = text };
        }
        catch (ArgumentException exception)
        {
            throw ToolException.Usage(exception.Message.Split(" (Parameter", 2)[0]);
        }

        if (isArgument && (read.Password is not null || read.SentinelPassword is not null))
        {
            throw ToolException.Usage("The address of the Redis holds a password.", SecretHint);
        }
    }

    private static Uri UrlOf(string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url!
            : throw ToolException.Usage($"'{text}' is no address of a dashboard.", "Write it as http://host:port/larder.");

    private static string? SecretOf(FileInfo? file)
    {
        if (file is null)
        {
            return null;
        }

        return file.Exists
            ? File.ReadLines(file.FullName).FirstOrDefault() ?? throw ToolException.Usage($"The file {file.FullName} is empty.")
            : throw ToolException.NotFound($"There is no file {file.FullName}.");
    }

    private static string LineOf(Invocation invocation) =>
        invocation.Terminal.Input.ReadLine() ?? throw ToolException.Usage("The standard input is empty.", "Its first line is the password: larder ... --password-stdin < file");

    private static string? First(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (Some(text) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
