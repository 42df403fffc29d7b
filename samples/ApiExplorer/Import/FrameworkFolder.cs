namespace ApiExplorer.Import;

/// <summary>An installed shared framework.</summary>
/// <param name="Name">Such as <c>Microsoft.NETCore.App</c>.</param>
/// <param name="Version">The installed version that is read.</param>
/// <param name="Path">The folder of its assemblies.</param>
/// <param name="DocumentationPath">The folder of its reference pack's XML files; null when no pack is installed.</param>
internal sealed record FrameworkFolder(string Name, string Version, string Path, string? DocumentationPath)
{
    /// <summary>Changes when the catalogue has to be read anew.</summary>
    public string Signature => $"{Name}/{Version}/{(DocumentationPath is null ? "bare" : "documented")}";
}
