using System.Reflection;
using System.Reflection.Metadata;
using System.Text;

namespace ApiExplorer.Import.Signatures;

/// <summary>Writes type parameter lists and their <c>where</c> clauses.</summary>
internal static class ConstraintWriter
{
    private const GenericParameterAttributes AllowsRefStruct = (GenericParameterAttributes)0x20;

    /// <summary>Writes <c>&lt;in T, out TResult&gt;</c>, or nothing.</summary>
    public static void WriteParameters(StringBuilder output, MetadataReader reader, IEnumerable<GenericParameterHandle> parameters)
    {
        var separator = "<";
        foreach (var handle in parameters)
        {
            var parameter = reader.GetGenericParameter(handle);
            output.Append(separator).Append((parameter.Attributes & GenericParameterAttributes.VarianceMask) switch
            {
                GenericParameterAttributes.Covariant => "out ",
                GenericParameterAttributes.Contravariant => "in ",
                _ => "",
            });
            output.Append(reader.GetString(parameter.Name));
            separator = ", ";
        }

        if (separator == ", ")
            output.Append('>');
    }

    /// <summary>Writes <c> where T : class, new()</c> for each parameter that is constrained.</summary>
    public static void WriteConstraints(
        StringBuilder output, TypeScope scope, GenericNames names, IEnumerable<GenericParameterHandle> parameters, byte nullableContext)
    {
        foreach (var handle in parameters)
        {
            var parameter = scope.Reader.GetGenericParameter(handle);
            var constraints = Read(scope, names, parameter, nullableContext);
            if (constraints.Count > 0)
                output.Append(" where ").Append(scope.Reader.GetString(parameter.Name)).Append(" : ").AppendJoin(", ", constraints);
        }
    }

    private static List<string> Read(TypeScope scope, GenericNames names, GenericParameter parameter, byte nullableContext)
    {
        var attributes = parameter.Attributes;
        var custom = parameter.GetCustomAttributes();
        var isUnmanaged = scope.Has(custom, "IsUnmanagedAttribute");
        var isStruct = attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var flag = AttributeLookup.NullableFlags(scope.Reader, custom) is [var own, ..] ? own : nullableContext;

        var result = new List<string>();
        if (isUnmanaged)
            result.Add("unmanaged");
        else if (isStruct)
            result.Add("struct");
        else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            result.Add(flag == 2 ? "class?" : "class");

        foreach (var handle in parameter.GetConstraints())
        {
            var constraint = scope.Reader.GetGenericParameterConstraint(handle);
            var type = TypeNodeProvider.Instance.Resolve(scope.Reader, constraint.Type, names).Unwrapped;
            if (type.Is("System", "ValueType") && isStruct)
                continue;

            var text = new StringBuilder();
            new CSharpTypeWriter(text, scope.Nullability(constraint.GetCustomAttributes(), nullableContext)).Write(type);
            result.Add(text.ToString());
        }

        if (result.Count == 0 && flag == 1)
            result.Add("notnull");
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
            result.Add("new()");
        if (attributes.HasFlag(AllowsRefStruct))
            result.Add("allows ref struct");
        return result;
    }
}
