namespace ApiExplorer.Import;

/// <summary>Writes what was read from the assemblies into an empty catalogue.</summary>
internal sealed class CatalogWriter(IRowWriter rows, DocumentationFiles documentation)
{
    private const int FirstMemberId = 1;

    private readonly Dictionary<string, long> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private long _nextMember = FirstMemberId;
    private long _nextRelation = 1;
    private long _nextType = 1;

    /// <summary>Rows of types and members written so far.</summary>
    public long Rows => _nextType + _nextMember - 1 - FirstMemberId;

    public void Write(IReadOnlyList<ImportedAssembly> assemblies, string signature, Action<int, string> report)
    {
        rows.Write(CatalogTable.Catalog, 1, signature);
        AssignTypeIds(assemblies);
        for (var i = 0; i < assemblies.Count; i++)
        {
            report(i, assemblies[i].Name);
            WriteAssembly(i + 1, assemblies[i]);
        }

        report(assemblies.Count, $"{_nextType - 1:N0} types, {_nextMember - FirstMemberId:N0} members");
    }

    /// <summary>Ids are known before the rows are written, so that relations may point forward.</summary>
    private void AssignTypeIds(IReadOnlyList<ImportedAssembly> assemblies)
    {
        var id = 1L;
        foreach (var type in assemblies.SelectMany(assembly => assembly.Types))
            _types.TryAdd(type.DocumentationId, id++);
    }

    private void WriteAssembly(int id, ImportedAssembly assembly)
    {
        rows.Write(
            CatalogTable.Assemblies,
            id,
            assembly.Name,
            assembly.Version,
            assembly.Framework,
            assembly.Types.Count,
            assembly.Types.Sum(type => type.Members.Count));
        foreach (var type in assembly.Types)
            WriteType(_nextType++, id, type);
    }

    private void WriteType(long id, int assembly, ImportedType type)
    {
        var summary = documentation.Summary(type.DocumentationId);
        rows.Write(
            CatalogTable.Types,
            id,
            assembly,
            NamespaceId(type.Namespace),
            type.DeclaringDocumentationId is { } declaring ? _types[declaring] : null,
            type.Name,
            type.Kind,
            type.Declaration,
            type.DocumentationId,
            summary,
            type.IsObsolete,
            type.Members.Count);
        WriteSearchRow(2 * id, type.Name, WordSplitter.Split(type.Namespace), summary);

        foreach (var relation in type.Relations)
        {
            rows.Write(
                CatalogTable.Relations,
                _nextRelation++,
                id,
                relation.Kind,
                relation.TargetDocumentationId,
                _types.TryGetValue(relation.TargetDocumentationId, out var target) ? target : null,
                relation.DisplayName);
        }

        foreach (var member in type.Members)
            WriteMember(_nextMember++, id, type, member);
    }

    private void WriteMember(long id, long type, ImportedType declaringType, ImportedMember member)
    {
        var summary = documentation.Summary(member.DocumentationId);
        rows.Write(
            CatalogTable.Members,
            id,
            type,
            member.Kind,
            member.Name,
            member.Signature,
            member.DocumentationId,
            summary,
            member.IsObsolete);
        WriteSearchRow((2 * id) + 1, member.Name, $"{declaringType.Name} {WordSplitter.Split(declaringType.Name)}", summary);
    }

    private void WriteSearchRow(long row, string name, string context, string text) => rows.Write(
        CatalogTable.Search,
        row,
        name,
        WordSplitter.Split(name),
        context,
        text);

    private long NamespaceId(string name)
    {
        if (_namespaces.TryGetValue(name, out var id))
            return id;

        id = _namespaces.Count + 1;
        rows.Write(CatalogTable.Namespaces, id, name);
        _namespaces.Add(name, id);
        return id;
    }
}
