namespace Larder.Dashboard.Documents;

/// <summary>A place, how it is, and why.</summary>
internal sealed record LevelDocument(string Name, string Description, string Status, string Reason, IReadOnlyDictionary<string, string> Figures);
