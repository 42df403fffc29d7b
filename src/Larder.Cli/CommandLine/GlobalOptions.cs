using System.CommandLine;
using Larder.Cli.Rendering;
using Larder.Hosting;

namespace Larder.Cli.CommandLine;

/// <summary>The options that all commands have.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Redis { get; } = new("--redis", "-r") { Description = "The Redis: host:port, redis://host:port/database, rediss:// for TLS; no password. Environment: LARDER_REDIS.", HelpName = "host:port", Recursive = true };

    public Option<string?> Url { get; } = new("--url", "-u") { Description = "The dashboard of a running application, instead of a Redis. Environment: LARDER_URL.", HelpName = "http://host/larder", Recursive = true };

    public Option<string?> Cache { get; } = new("--cache", "-c") { Description = "The name of the cache. Default: default. Environment: LARDER_CACHE.", HelpName = "name", Recursive = true };

    public Option<string?> Prefix { get; } = new("--prefix") { Description = "The prefix of the cache in Redis, where it is not its name. Environment: LARDER_PREFIX.", HelpName = "prefix", Recursive = true };

    public Option<string?> User { get; } = new("--user") { Description = "The user of Redis. Its password: LARDER_REDIS_PASSWORD, --password-file or --password-stdin.", HelpName = "name", Recursive = true };

    public Option<FileInfo?> PasswordFile { get; } = new("--password-file") { Description = "A file whose first line is the password of Redis.", HelpName = "file", Recursive = true };

    public Option<bool> PasswordStdin { get; } = new("--password-stdin") { Description = "The first line of the standard input is the password of Redis.", Recursive = true };

    public Option<FileInfo?> TokenFile { get; } = new("--token-file") { Description = "A file whose first line is the bearer token for the dashboard. Environment: LARDER_TOKEN.", HelpName = "file", Recursive = true };

    public Option<OutputFormat> Output { get; } = new("--output", "-o") { Description = "How results are written: table, json, csv, or name for names alone.", HelpName = "table|json|csv|name", Recursive = true };

    public Option<FileInfo?> Config { get; } = new("--config") { Description = "The configuration file. Default: LARDER_CONFIG, or larder/config.json in the user's configuration folder.", HelpName = "file", Recursive = true };

    public Option<TimeSpan> Timeout { get; } = new("--timeout")
    {
        Description = "How long one answer of the server is waited for, such as 500ms or 10s.",
        HelpName = "duration",
        Recursive = true,
        DefaultValueFactory = static _ => TimeSpan.FromSeconds(5),
        CustomParser = result => Parse(result, SettingsText.Duration),
    };

    public IEnumerable<Option> All => [Redis, Url, Cache, Prefix, User, PasswordFile, PasswordStdin, TokenFile, Output, Config, Timeout];

    /// <summary>Reads a value as configuration does, and makes what is wrong with it an error of the command line.</summary>
    public static T? Parse<T>(System.CommandLine.Parsing.ArgumentResult result, Func<string, T> read)
    {
        try
        {
            return read(result.Tokens[^1].Value);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            result.AddError($"'{result.Tokens[^1].Value}' is not understood: {exception.Message}");
            return default;
        }
    }
}
