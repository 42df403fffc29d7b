using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ApiExplorer.Import.Signatures;

namespace ApiExplorer.Import;

/// <summary>Reads the public API of an assembly from its metadata, without loading it.</summary>
internal static class AssemblyReader
{
    /// <summary>The assembly's API, or null when the file is no managed assembly.</summary>
    public static ImportedAssembly? Read(string path, string framework)
    {
        using var image = new PEReader(File.OpenRead(path));
        if (!image.HasMetadata)
            return null;

        var reader = image.GetMetadataReader();
        if (!reader.IsAssembly)
            return null;

        var assembly = reader.GetAssemblyDefinition();
        var definitions = reader.TypeDefinitions.ToLookup(handle => IsVisible(reader, handle));
        var hidden = definitions[false]
            .Select(handle => DocumentationId.OfType(TypeNodeProvider.Instance.GetTypeFromDefinition(reader, handle, 0)))
            .ToHashSet(StringComparer.Ordinal);
        var types = definitions[true].Select(handle => ReadType(new TypeScope(reader, handle, hidden))).ToList();
        return new ImportedAssembly(reader.GetString(assembly.Name), assembly.Version.ToString(), framework, types);
    }

    private static bool IsVisible(MetadataReader reader, TypeDefinitionHandle handle)
    {
        while (true)
        {
            var definition = reader.GetTypeDefinition(handle);
            if (IsCompilerGenerated(reader.GetString(definition.Name)))
                return false;

            switch (definition.Attributes & TypeAttributes.VisibilityMask)
            {
                case TypeAttributes.Public:
                    return true;
                case TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem:
                    handle = definition.GetDeclaringType();
                    break;
                default:
                    return false;
            }
        }
    }

    private static bool IsCompilerGenerated(string name) => name.AsSpan().ContainsAny('<', '$');

    private static ImportedType ReadType(TypeScope scope)
    {
        var declaring = scope.Definition.GetDeclaringType();
        return new ImportedType
        {
            Name = scope.DisplayName,
            Namespace = scope.Node.Namespace,
            Kind = scope.IsStaticClass ? "static class" : scope.Kind,
            Declaration = TypeDeclaration.Write(scope),
            DocumentationId = DocumentationId.OfType(scope.Node),
            DeclaringDocumentationId = declaring.IsNil
                ? null
                : DocumentationId.OfType(TypeNodeProvider.Instance.GetTypeFromDefinition(scope.Reader, declaring, 0)),
            IsObsolete = scope.Has(scope.Definition.GetCustomAttributes(), "ObsoleteAttribute"),
            Relations = ReadRelations(scope),
            Members = [.. ReadMembers(scope).OrderBy(Order).ThenBy(member => member.Name, StringComparer.OrdinalIgnoreCase)],
        };
    }

    private static List<ImportedRelation> ReadRelations(TypeScope scope)
    {
        var relations = new List<ImportedRelation>();
        if (scope.BaseType is { } baseType)
            relations.Add(Relation("base", baseType));
        relations.AddRange(scope.VisibleInterfaces().Select(static pair => Relation("interface", pair.Type)));
        return relations;
    }

    private static ImportedRelation Relation(string kind, TypeNode type) =>
        new(kind, DocumentationId.OfType(type), CSharpTypeWriter.Format(type));

    private static IEnumerable<ImportedMember> ReadMembers(TypeScope scope)
    {
        var reader = scope.Reader;
        var accessors = new HashSet<MethodDefinitionHandle>();
        foreach (var handle in scope.Definition.GetProperties())
        {
            var property = reader.GetPropertyDefinition(handle);
            accessors.Add(property.GetAccessors().Getter);
            accessors.Add(property.GetAccessors().Setter);
            if (PropertyMember.Describe(scope, property) is { } member)
                yield return member;
        }

        foreach (var handle in scope.Definition.GetEvents())
        {
            var @event = reader.GetEventDefinition(handle);
            accessors.Add(@event.GetAccessors().Adder);
            accessors.Add(@event.GetAccessors().Remover);
            var adder = reader.GetMethodDefinition(@event.GetAccessors().Adder);
            if (MemberAccess.IsVisible(adder.Attributes))
                yield return FieldMember.Describe(scope, @event, adder);
        }

        foreach (var handle in scope.Definition.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            var isHidden = field.Attributes.HasFlag(FieldAttributes.RTSpecialName) || IsCompilerGenerated(reader.GetString(field.Name));
            if (MemberAccess.IsVisible(field.Attributes) && !isHidden)
                yield return FieldMember.Describe(scope, field);
        }

        foreach (var handle in scope.Definition.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            var name = reader.GetString(method.Name);
            if (MemberAccess.IsVisible(method.Attributes) && !accessors.Contains(handle) && name != ".cctor" && !IsCompilerGenerated(name))
                yield return MethodMember.Describe(scope, method);
        }
    }

    private static int Order(ImportedMember member) => member.Kind switch
    {
        "value" => 0,
        "constructor" => 1,
        "field" => 2,
        "property" => 3,
        "indexer" => 4,
        "method" => 5,
        "event" => 6,
        _ => 7,
    };
}
