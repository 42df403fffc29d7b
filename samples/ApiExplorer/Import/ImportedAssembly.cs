namespace ApiExplorer.Import;

/// <summary>The public API of one assembly.</summary>
internal sealed record ImportedAssembly(string Name, string Version, string Framework, IReadOnlyList<ImportedType> Types);
