namespace Larder.Dashboard.Documents;

/// <summary>The settings of a cache.</summary>
internal sealed record SettingsOfCache(string Name, IReadOnlyList<SettingDocument> Settings);
