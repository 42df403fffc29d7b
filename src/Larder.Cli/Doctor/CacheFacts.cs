using Larder.Cli.Sampling;
using Larder.Redis;

namespace Larder.Cli.Doctor;

/// <summary>What is known of a cache in Redis before it is judged.</summary>
internal sealed record CacheFacts
{
    /// <summary>Gets how it is reached.</summary>
    public required RedisOptions Options { get; init; }

    public required string Prefix { get; init; }

    public required IReadOnlyList<ServerFacts> Servers { get; init; }

    /// <summary>Gets the user that the checks ran as.</summary>
    public string User { get; init; } = "default";

    /// <summary>Gets the commands that the user may not use.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];

    /// <summary>Gets the commands that the server does not know, or has renamed.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Gets some of its entries; <see langword="null"/> where they could not be listed.</summary>
    public EntrySample? Sample { get; init; }
}
