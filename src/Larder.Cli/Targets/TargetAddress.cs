namespace Larder.Cli.Targets;

/// <summary>Which cache is meant, and how it is reached.</summary>
internal sealed record TargetAddress
{
    /// <summary>Gets the connection string of the Redis; <see langword="null"/> for a dashboard.</summary>
    public string? Redis { get; init; }

    /// <summary>Gets the address of the dashboard; <see langword="null"/> for a Redis.</summary>
    public Uri? Url { get; init; }

    public required string Cache { get; init; }

    /// <summary>Gets what the keys of the cache begin with in Redis.</summary>
    public required string Prefix { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Gets the bearer token for the dashboard.</summary>
    public string? Token { get; init; }

    public TimeSpan Timeout { get; init; }

    /// <summary>Gets the time of the machine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
