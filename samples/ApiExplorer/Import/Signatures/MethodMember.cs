using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Describes methods, constructors and operators.</summary>
internal static class MethodMember
{
    public static ImportedMember Describe(TypeScope scope, MethodDefinition method)
    {
        var metadataName = scope.Reader.GetString(method.Name);
        var parameters = new ParameterWriter(scope, method);
        var types = parameters.Signature.ParameterTypes;
        var symbol = OperatorNames.Symbol(metadataName);
        var isConversion = OperatorNames.IsConversion(metadataName);
        var (kind, name) = metadataName switch
        {
            ".ctor" => ("constructor", scope.Node.Segments[^1].Name),
            "Finalize" when types.IsEmpty => ("method", "~" + scope.Node.Segments[^1].Name),
            _ when symbol is not null => ("operator", symbol),
            _ => ("method", metadataName),
        };

        var output = new StringBuilder(MemberAccess.Keywords(method.Attributes));
        output.Append(MemberAccess.Modifiers(method.Attributes, scope.Kind == "interface"));
        WriteName(output, parameters, kind, name, isConversion);
        ConstraintWriter.WriteParameters(output, scope.Reader, method.GetGenericParameters());
        output.Append('(');
        parameters.WriteParameters(output, types.Length);
        output.Append(')');
        var names = scope.Names with { OfMethod = GenericNames.Read(scope.Reader, method.GetGenericParameters()) };
        ConstraintWriter.WriteConstraints(output, scope, names, method.GetGenericParameters(), parameters.NullableContext);

        return new ImportedMember
        {
            Kind = kind,
            Name = name,
            Signature = output.ToString(),
            DocumentationId = DocumentationId.OfMember(
                'M',
                scope.Node,
                metadataName,
                method.GetGenericParameters().Count,
                types,
                isConversion ? parameters.Signature.ReturnType : null),
            IsObsolete = scope.Has(method.GetCustomAttributes(), "ObsoleteAttribute"),
        };
    }

    private static void WriteName(StringBuilder output, ParameterWriter parameters, string kind, string name, bool isConversion)
    {
        if (kind == "constructor" || name.StartsWith('~'))
        {
            output.Append(name);
        }
        else if (isConversion)
        {
            output.Append(name.Contains("implicit", StringComparison.Ordinal) ? "implicit operator " : "explicit operator ");
            output.Append(name.StartsWith("checked", StringComparison.Ordinal) ? "checked " : "");
            parameters.WriteReturnType(output);
        }
        else
        {
            parameters.WriteReturnType(output);
            output.Append(kind == "operator" ? " operator " : " ").Append(name);
        }
    }
}
