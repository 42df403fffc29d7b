using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>
/// Writes the ids by which XML documentation names types and members, such as
/// <c>M:System.Collections.Generic.List`1.Add(`0)</c> (C# specification, annex D.4.2).
/// </summary>
internal static class DocumentationId
{
    public static string OfType(TypeNode definition) => "T:" + DefinitionName(definition);

    /// <summary>The full metadata-like name of a type definition, with dots between nested types.</summary>
    public static string DefinitionName(TypeNode definition)
    {
        var output = new StringBuilder(definition.Namespace);
        foreach (var segment in definition.Segments)
        {
            output.Append(output.Length == 0 ? "" : ".").Append(segment.Name);
            if (segment.Arity > 0)
                output.Append('`').Append(segment.Arity);
        }

        return output.ToString();
    }

    public static string OfMember(
        char kind, TypeNode declaringType, string name, int arity, IReadOnlyList<TypeNode> parameters, TypeNode? conversionResult = null)
    {
        var output = new StringBuilder().Append(kind).Append(':').Append(DefinitionName(declaringType)).Append('.');
        output.Append(name.Replace('.', '#'));
        if (arity > 0)
            output.Append("``").Append(arity);

        for (var i = 0; i < parameters.Count; i++)
        {
            output.Append(i == 0 ? '(' : ',');
            Append(output, parameters[i]);
        }

        if (parameters.Count > 0)
            output.Append(')');
        if (conversionResult is not null)
        {
            output.Append('~');
            Append(output, conversionResult);
        }

        return output.ToString();
    }

    private static void Append(StringBuilder output, TypeNode type)
    {
        switch (type.Kind)
        {
            case TypeNodeKind.Named:
                AppendNamed(output, type);
                break;
            case TypeNodeKind.TypeParameter:
                output.Append('`').Append(type.Number);
                break;
            case TypeNodeKind.MethodTypeParameter:
                output.Append("``").Append(type.Number);
                break;
            case TypeNodeKind.Array:
                Append(output, type.Element);
                output.Append('[').AppendJoin(',', type.Number > 1 ? Enumerable.Repeat("0:", type.Number) : []).Append(']');
                break;
            case TypeNodeKind.Pointer:
                Append(output, type.Element);
                output.Append('*');
                break;
            case TypeNodeKind.ByReference:
                Append(output, type.Element);
                output.Append('@');
                break;
            case TypeNodeKind.Modified:
                Append(output, type.Element);
                break;
            default:
                output.Append("=FUNC:");
                Append(output, type.Arguments[^1]);
                break;
        }
    }

    private static void AppendNamed(StringBuilder output, TypeNode type)
    {
        var argument = 0;
        output.Append(type.Namespace);
        foreach (var segment in type.Segments)
        {
            output.Append(type.Namespace.Length == 0 && segment == type.Segments[0] ? "" : ".").Append(segment.Name);
            if (segment.Arity == 0 || type.Arguments.IsEmpty)
                continue;

            for (var i = 0; i < segment.Arity && argument < type.Arguments.Length; i++)
            {
                output.Append(i == 0 ? '{' : ',');
                Append(output, type.Arguments[argument++]);
            }

            output.Append('}');
        }
    }
}
