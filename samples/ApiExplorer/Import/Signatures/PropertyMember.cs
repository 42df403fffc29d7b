using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Describes properties and indexers.</summary>
internal static class PropertyMember
{
    /// <summary>The member, or null when neither accessor is visible.</summary>
    public static ImportedMember? Describe(TypeScope scope, PropertyDefinition property)
    {
        var reader = scope.Reader;
        var accessors = property.GetAccessors();
        MethodDefinition? getter = accessors.Getter.IsNil ? null : reader.GetMethodDefinition(accessors.Getter);
        MethodDefinition? setter = accessors.Setter.IsNil ? null : reader.GetMethodDefinition(accessors.Setter);
        if (MostVisible(getter, setter) is not { } leading || !MemberAccess.IsVisible(leading.Attributes))
            return null;

        var signature = property.DecodeSignature(TypeNodeProvider.Instance, scope.Names);
        var attributes = property.GetCustomAttributes();
        var metadataName = reader.GetString(property.Name);
        var isIndexer = signature.ParameterTypes.Length > 0;

        var output = new StringBuilder(MemberAccess.Keywords(leading.Attributes));
        output.Append(MemberAccess.Modifiers(leading.Attributes, scope.Kind == "interface"));
        output.Append(scope.Has(attributes, "RequiredMemberAttribute") ? "required " : "");
        if (signature.ReturnType.IsByReference)
            output.Append(signature.ReturnType.HasModifier("InAttribute") ? "ref readonly " : "ref ");
        var tupleNames = AttributeLookup.TupleNames(reader, attributes);
        new CSharpTypeWriter(output, scope.Nullability(attributes), tupleNames).Write(signature.ReturnType);
        output.Append(' ').Append(isIndexer ? "this[" : metadataName);
        if (isIndexer)
        {
            new ParameterWriter(scope, leading).WriteParameters(output, signature.ParameterTypes.Length);
            output.Append(']');
        }

        output.Append(" { ");
        WriteAccessor(output, getter, leading, "get");
        WriteAccessor(output, setter, leading, setter is { } method && IsInit(scope, method) ? "init" : "set");
        output.Append('}');

        return new ImportedMember
        {
            Kind = isIndexer ? "indexer" : "property",
            Name = isIndexer ? "this[]" : metadataName,
            Signature = output.ToString(),
            DocumentationId = DocumentationId.OfMember('P', scope.Node, metadataName, 0, signature.ParameterTypes),
            IsObsolete = scope.Has(attributes, "ObsoleteAttribute"),
        };
    }

    private static MethodDefinition? MostVisible(MethodDefinition? first, MethodDefinition? second)
    {
        if (first is not { } one || second is not { } other)
            return first ?? second;
        return MemberAccess.Rank(one.Attributes) >= MemberAccess.Rank(other.Attributes) ? one : other;
    }

    private static bool IsInit(TypeScope scope, MethodDefinition setter) =>
        setter.DecodeSignature(TypeNodeProvider.Instance, scope.Names).ReturnType.HasModifier("IsExternalInit");

    private static void WriteAccessor(StringBuilder output, MethodDefinition? accessor, MethodDefinition leading, string keyword)
    {
        if (accessor is not { } method || !MemberAccess.IsVisible(method.Attributes))
            return;

        if (MemberAccess.Rank(method.Attributes) < MemberAccess.Rank(leading.Attributes))
            output.Append(MemberAccess.Keywords(method.Attributes));
        output.Append(keyword).Append("; ");
    }
}
