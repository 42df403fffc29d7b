namespace Larder.Conventions.Api;

/// <summary>Writes types as C# does. Namespaces are left out for Larder and the usual parts of System, where names do not clash.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(char)] = "char", [typeof(decimal)] = "decimal",
        [typeof(double)] = "double", [typeof(float)] = "float", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(object)] = "object", [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short", [typeof(string)] = "string", [typeof(uint)] = "uint", [typeof(ulong)] = "ulong",
        [typeof(ushort)] = "ushort", [typeof(void)] = "void",
    };

    private static readonly string[] ImpliedNamespaces =
    [
        "System", "System.Buffers", "System.Collections.Generic", "System.Diagnostics.CodeAnalysis", "System.IO",
        "System.Runtime.CompilerServices", "System.Threading", "System.Threading.Tasks", "Larder",
    ];

    public static string Write(Type type, Nullability nullability)
    {
        if (type.IsByRef)
        {
            return Write(type.GetElementType()!, nullability);
        }

        if (type.IsPointer)
        {
            return Write(type.GetElementType()!, nullability) + "*";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Write(underlying, nullability) + "?";
        }

        var marked = (!type.IsValueType || type.IsGenericType || type.IsGenericParameter) && nullability.NextIsAnnotated();
        return WriteMarked(type, nullability) + (marked && !type.IsValueType ? "?" : "");
    }

    /// <summary>The name in a declaration: type parameters by name, no namespace, outer types before a dot.</summary>
    public static string Declare(Type type)
    {
        var outer = type.DeclaringType is { } declaring ? Declare(declaring) + "." : "";
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var own = type.GetGenericArguments().Skip(inherited).Select(GenericConstraints.Declare).ToList();
        return outer + PlainName(type) + (own.Count == 0 ? "" : $"<{string.Join(", ", own)}>");
    }

    private static string WriteMarked(Type type, Nullability nullability)
    {
        if (type.IsArray)
        {
            return $"{Write(type.GetElementType()!, nullability)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        var arguments = type.GetGenericArguments();
        if (type.FullName?.StartsWith("System.ValueTuple`", StringComparison.Ordinal) == true && arguments.Length > 1)
        {
            return $"({string.Join(", ", arguments.Select(argument => Write(argument, nullability)))})";
        }

        return WriteNamed(type, arguments, nullability);
    }

    private static string WriteNamed(Type type, Type[] arguments, Nullability nullability)
    {
        var used = 0;
        var name = string.Join('.', OuterTypes(type).Select(part =>
        {
            var count = part.GetGenericArguments().Length - used;
            var own = arguments.Skip(used).Take(count).Select(argument => Write(argument, nullability)).ToList();
            used += count;
            return PlainName(part) + (own.Count == 0 ? "" : $"<{string.Join(", ", own)}>");
        }));

        return type.Namespace is null || ImpliedNamespaces.Contains(type.Namespace) ? name : $"{type.Namespace}.{name}";
    }

    private static IEnumerable<Type> OuterTypes(Type type) =>
        type.DeclaringType is { } declaring ? OuterTypes(declaring).Append(type) : [type];

    private static string PlainName(Type type) => type.Name.Split('`')[0];
}
