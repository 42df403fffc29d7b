namespace ApiExplorer.Catalog;

/// <summary>An assembly in the list of assemblies.</summary>
internal sealed record AssemblyRow(int Id, string Name, string FileVersion, string Framework, int TypeCount, int MemberCount);
