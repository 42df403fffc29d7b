using System.Text.Json;
using System.Text.Json.Serialization;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Targets;

/// <summary>What the configuration file says. It may hold secrets: it is a file, and belongs to its user.</summary>
internal sealed record ToolConfiguration
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    public string? Redis { get; init; }

    public string? Url { get; init; }

    public string? Cache { get; init; }

    public string? Prefix { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    /// <summary>Reads the file that was named, or the one at the usual place if there is one.</summary>
    /// <exception cref="ToolException">The file that was named is not there, or it is malformed.</exception>
    public static ToolConfiguration Read(FileInfo? named, Func<string, string?> variable)
    {
        var path = named?.FullName ?? variable("LARDER_CONFIG");
        if (path is not null && !File.Exists(path))
        {
            throw ToolException.NotFound($"There is no configuration file {path}.");
        }

        path ??= UsualPath(variable);
        if (path is null || !File.Exists(path))
        {
            return new ToolConfiguration();
        }

        try
        {
            return JsonSerializer.Deserialize<ToolConfiguration>(File.ReadAllText(path), s_options) ?? new ToolConfiguration();
        }
        catch (JsonException exception)
        {
            // The message of the reader shows the place and the name of a field, and no value.
            throw ToolException.Usage($"The configuration file {path} is malformed: {exception.Message}", "It holds an object with some of: redis, url, cache, prefix, user, password, token.");
        }
    }

    private static string? UsualPath(Func<string, string?> variable)
    {
        var folder = variable("XDG_CONFIG_HOME") is { Length: > 0 } named ? named
            : variable("APPDATA") is { Length: > 0 } roaming ? roaming
            : variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config")
            : null;
        return folder is null ? null : Path.Combine(folder, "larder", "config.json");
    }
}
