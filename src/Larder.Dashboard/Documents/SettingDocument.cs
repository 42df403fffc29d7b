namespace Larder.Dashboard.Documents;

/// <summary>A setting, its value, and where that comes from.</summary>
internal sealed record SettingDocument(string Name, string Value, string Source);
