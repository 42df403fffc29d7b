using System.Reflection;

namespace Larder.Conventions.Api;

/// <summary>Writes type parameters: variance and trimming marks where they are declared, constraints as where clauses.</summary>
internal static class GenericConstraints
{
    public static string Declare(Type parameter)
    {
        var variance = (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
        return Attributes.Inline(parameter.CustomAttributes) + variance + parameter.Name;
    }

    /// <summary>The where clauses of the type parameters, each after a blank.</summary>
    public static string Where(IEnumerable<Type> parameters) => string.Concat(parameters
        .Select(parameter => (parameter.Name, Constraints: string.Join(", ", Constraints(parameter))))
        .Where(clause => clause.Constraints.Length > 0)
        .Select(clause => $" where {clause.Name} : {clause.Constraints}"));

    private static IEnumerable<string> Constraints(Type parameter)
    {
        var flags = parameter.GenericParameterAttributes;
        var owner = (MemberInfo?)parameter.DeclaringMethod ?? parameter.DeclaringType;
        var mark = Nullability.Of(parameter.CustomAttributes, owner).First;
        var isValueType = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var isUnmanaged = parameter.CustomAttributes.Any(data => data.AttributeType.Name == "IsUnmanagedAttribute");
        var types = parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).ToList();

        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            yield return mark == 2 ? "class?" : "class";
        }
        else if (isValueType)
        {
            yield return isUnmanaged ? "unmanaged" : "struct";
        }
        else if (mark == 1 && types.Count == 0)
        {
            yield return "notnull";
        }

        foreach (var type in types.Select(type => TypeNames.Write(type, Nullability.None)).Order(StringComparer.Ordinal))
        {
            yield return type;
        }

        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isValueType)
        {
            yield return "new()";
        }

        if (flags.HasFlag(GenericParameterAttributes.AllowByRefLike))
        {
            yield return "allows ref struct";
        }
    }
}
