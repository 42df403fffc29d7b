using System.Text.Json.Serialization;

namespace ApiExplorer.Catalog;

/// <summary>A type or a member that a search found.</summary>
internal sealed record SearchHit
{
    public const char MatchBegin = '\u0001';
    public const char MatchEnd = '\u0002';

    /// <summary>The type, or the type that declares the member.</summary>
    public required int TypeId { get; init; }

    /// <summary>Null for a type.</summary>
    public required int? MemberId { get; init; }

    public required string Kind { get; init; }

    /// <summary>The C# text of the name; a member's has its type before it.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Signature { get; init; }

    /// <summary>
    /// The part of the documentation that matches; what matched stands between <see cref="MatchBegin"/> and <see cref="MatchEnd"/>.
    /// </summary>
    [JsonIgnore]
    public string MarkedExcerpt { get; init; } = "";

    public string Excerpt => string.Concat(MarkedExcerpt.Split(MatchBegin, MatchEnd));
}
