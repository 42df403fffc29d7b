namespace Larder.Dashboard.Documents;

/// <summary>The settings in effect.</summary>
internal sealed record ConfigDocument(IReadOnlyList<SettingsOfCache> Caches);
