using System.Reflection;
using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Writes a type's declaration: <c>public sealed class List&lt;T&gt; : IList&lt;T&gt; where ...</c>.</summary>
internal static class TypeDeclaration
{
    public static string Write(TypeScope scope)
    {
        var output = new StringBuilder();
        var attributes = scope.Definition.GetCustomAttributes();
        output.Append(Accessibility(scope.Definition.Attributes));
        if (scope.Kind == "delegate")
        {
            WriteDelegate(output, scope);
            return output.ToString();
        }

        output.Append(Modifiers(scope, attributes)).Append(scope.Kind).Append(' ');
        output.Append(scope.Node.Segments[^1].Name);
        ConstraintWriter.WriteParameters(output, scope.Reader, OwnParameters(scope));
        if (scope.Kind == "enum")
            WriteUnderlyingType(output, scope);
        else
            WriteBaseTypes(output, scope);
        ConstraintWriter.WriteConstraints(output, scope, scope.Names, OwnParameters(scope), scope.NullableContext);
        return output.ToString();
    }

    /// <summary>A nested type repeats the parameters of its declaring types in metadata; C# writes only its own.</summary>
    private static IEnumerable<GenericParameterHandle> OwnParameters(TypeScope scope) =>
        scope.Definition.GetGenericParameters().Skip(scope.TypeParameters.Length - scope.Node.Segments[^1].Arity);

    private static string Accessibility(TypeAttributes attributes) => (attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.NestedFamily => "protected ",
        TypeAttributes.NestedFamORAssem => "protected internal ",
        _ => "public ",
    };

    private static string Modifiers(TypeScope scope, CustomAttributeHandleCollection attributes)
    {
        var flags = scope.Definition.Attributes;
        if (scope.Kind == "struct")
        {
            return (scope.Has(attributes, "IsReadOnlyAttribute") ? "readonly " : "")
                + (scope.Has(attributes, "IsByRefLikeAttribute") ? "ref " : "");
        }

        if (scope.Kind != "class")
            return "";
        if (scope.IsStaticClass)
            return "static ";
        if (flags.HasFlag(TypeAttributes.Abstract))
            return "abstract ";
        return flags.HasFlag(TypeAttributes.Sealed) ? "sealed " : "";
    }

    private static void WriteBaseTypes(StringBuilder output, TypeScope scope)
    {
        var separator = " : ";
        if (scope.Kind == "class" && scope.BaseType is { } baseType && !baseType.Is("System", "Object"))
        {
            output.Append(separator);
            new CSharpTypeWriter(output, scope.Nullability(scope.Definition.GetCustomAttributes())).Write(baseType);
            separator = ", ";
        }

        foreach (var (implementation, type) in scope.VisibleInterfaces())
        {
            output.Append(separator);
            new CSharpTypeWriter(output, scope.Nullability(implementation.GetCustomAttributes())).Write(type);
            separator = ", ";
        }
    }

    private static void WriteUnderlyingType(StringBuilder output, TypeScope scope)
    {
        foreach (var handle in scope.Definition.GetFields())
        {
            var field = scope.Reader.GetFieldDefinition(handle);
            if (field.Attributes.HasFlag(FieldAttributes.Static))
                continue;

            var type = CSharpTypeWriter.Format(field.DecodeSignature(TypeNodeProvider.Instance, scope.Names));
            output.Append(type == "int" ? "" : $" : {type}");
        }
    }

    private static void WriteDelegate(StringBuilder output, TypeScope scope)
    {
        var invoke = scope.Definition.GetMethods()
            .Select(scope.Reader.GetMethodDefinition)
            .First(method => scope.Reader.StringComparer.Equals(method.Name, "Invoke"));
        var parameters = new ParameterWriter(scope, invoke);
        output.Append("delegate ");
        parameters.WriteReturnType(output);
        output.Append(' ').Append(scope.Node.Segments[^1].Name);
        ConstraintWriter.WriteParameters(output, scope.Reader, OwnParameters(scope));
        output.Append('(');
        parameters.WriteParameters(output, parameters.Signature.ParameterTypes.Length);
        output.Append(')');
        ConstraintWriter.WriteConstraints(output, scope, scope.Names, OwnParameters(scope), scope.NullableContext);
    }
}
