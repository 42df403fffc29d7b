namespace Larder.Keys;

/// <summary>The prefix that the keys of an injected <see cref="ICache{T}"/> have: the full name of the type.</summary>
internal static class TypePrefix
{
    public static string Of(Type type) => type.IsArray
        ? $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]"
        : Of(type, type.GetGenericArguments());

    /// <summary>Names a type with the arguments of its own; those of the types around it come first among the arguments.</summary>
    private static string Of(Type type, Type[] arguments)
    {
        var outer = type.DeclaringType;
        var scope = outer is null ? type.Namespace : Of(outer, arguments);
        var name = (scope is null ? "" : scope + ".") + type.Name.Split('`')[0];
        var own = arguments[(outer?.GetGenericArguments().Length ?? 0)..type.GetGenericArguments().Length];
        return own.Length == 0 ? name : $"{name}<{string.Join(',', own.Select(Of))}>";
    }
}
