using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Protocol;

/// <summary>One run of the protocol test.</summary>
public sealed record ProtocolOptions
{
    public required Backend Backend { get; init; }

    public required StoreConsistency Consistency { get; init; }

    /// <summary>Whether the cache is filled and emptied by hand, without tickets, as most applications do it: the control, which must fail.</summary>
    public bool IsUnfenced { get; init; }

    /// <summary>Whether in one of five writes the writer dies between the commit and the invalidation.</summary>
    public bool HasDeaths { get; init; }

    public int Rounds { get; init; } = DefaultRounds;

    public int Seed { get; init; } = Environment.GetEnvironmentVariable("LARDER_STORE_SEED") is { Length: > 0 } seed ? int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.Next();

    /// <summary>How many rounds a run has: LARDER_STORE_ROUNDS, or a short form of them.</summary>
    public static int DefaultRounds { get; } = Environment.GetEnvironmentVariable("LARDER_STORE_ROUNDS") is { Length: > 0 } rounds ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 120;
}
