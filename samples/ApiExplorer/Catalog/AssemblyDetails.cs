namespace ApiExplorer.Catalog;

/// <summary>What an assembly's page shows besides the notes.</summary>
internal sealed record AssemblyDetails(AssemblyRow Assembly, IReadOnlyList<TypeRow> Types);
