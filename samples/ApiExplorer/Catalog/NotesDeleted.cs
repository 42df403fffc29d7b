namespace ApiExplorer.Catalog;

/// <summary>What the deletion of all notes of a namespace or an assembly changed.</summary>
/// <param name="Name">The namespace or assembly.</param>
/// <param name="Count">How many notes there were.</param>
/// <param name="NamespaceIds">The namespaces that notes were deleted from.</param>
/// <param name="AssemblyIds">The assemblies that notes were deleted from.</param>
internal sealed record NotesDeleted(string Name, int Count, IReadOnlyList<int> NamespaceIds, IReadOnlyList<int> AssemblyIds);
