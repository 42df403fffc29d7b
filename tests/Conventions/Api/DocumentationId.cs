using System.Reflection;

namespace Larder.Conventions.Api;

/// <summary>The name under which the compiler writes a type or member into the XML documentation file.</summary>
internal static class DocumentationId
{
    public static string Of(Type type) => "T:" + FullName(type);

    public static string Of(MemberInfo member)
    {
        var owner = FullName(member.DeclaringType!);
        var name = member.Name.Replace('.', '#');
        return member switch
        {
            FieldInfo => $"F:{owner}.{name}",
            EventInfo => $"E:{owner}.{name}",
            PropertyInfo property => $"P:{owner}.{name}{Parameters(property.GetIndexParameters())}",
            ConstructorInfo constructor => $"M:{owner}.#ctor{Parameters(constructor.GetParameters())}",
            MethodInfo method => $"M:{owner}.{name}{Arity(method)}{Parameters(method.GetParameters())}{Conversion(method)}",
            _ => throw new ArgumentException($"Members of kind {member.MemberType} have no documentation.", nameof(member)),
        };
    }

    private static string Arity(MethodInfo method) => method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";

    private static string Conversion(MethodInfo method) =>
        method.Name is "op_Implicit" or "op_Explicit" ? "~" + Reference(method.ReturnType) : "";

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Reference(parameter.ParameterType)))})";

    private static string FullName(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string Reference(Type type)
    {
        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        }

        if (type.HasElementType)
        {
            var rank = type.IsArray ? type.GetArrayRank() : 0;
            var suffix = (type.IsByRef, rank) switch
            {
                (true, _) => "@",
                (_, 0) => "*",
                (_, 1) => "[]",
                _ => $"[{string.Join(',', Enumerable.Repeat("0:", rank))}]",
            };
            return Reference(type.GetElementType()!) + suffix;
        }

        return type.IsGenericType ? Constructed(type) : FullName(type);
    }

    private static string Constructed(Type type)
    {
        var arguments = type.GetGenericArguments();
        var used = 0;
        var parts = FullName(type).Split('.').Select(part =>
        {
            var tick = part.IndexOf('`');
            if (tick < 0)
            {
                return part;
            }

            var count = int.Parse(part.AsSpan(tick + 1));
            var own = arguments.Skip(used).Take(count).Select(Reference);
            used += count;
            return $"{part[..tick]}{{{string.Join(',', own)}}}";
        });
        return string.Join('.', parts);
    }
}
