using System.Globalization;

namespace Larder.Cli.Doctor;

/// <summary>What a server says of itself.</summary>
internal sealed record ServerFacts
{
    public required string Name { get; init; }

    /// <summary>Gets the fields of INFO; empty where it is refused.</summary>
    public IReadOnlyDictionary<string, string> Info { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets what CONFIG GET says; empty where it is refused.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets the version of the server; <see langword="null"/> when it does not tell.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the version of RESP that is spoken.</summary>
    public int Protocol { get; init; }

    /// <summary>Gets whether it tells of changes.</summary>
    public bool IsTracked { get; init; }

    /// <summary>Gets how long it took to answer, the shortest first.</summary>
    public IReadOnlyList<TimeSpan> RoundTrips { get; init; } = [];

    /// <summary>Gets by how much its clock is ahead of this machine's; <see langword="null"/> where it may not be asked.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>Gets a number of INFO or of the settings.</summary>
    public long? Number(string name) =>
        long.TryParse(Info.GetValueOrDefault(name) ?? Settings.GetValueOrDefault(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public string? Text(string name) => Info.GetValueOrDefault(name) ?? Settings.GetValueOrDefault(name);
}
