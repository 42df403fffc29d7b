namespace Larder.Keys;

/// <summary>The prefix that the keys of an injected <see cref="ICache{T}"/> have: the full name of the type.</summary>
internal static class TypePrefix
{
    public static string Of(Type type)
    {
        if (type.IsArray)
        {
            return Of(type.GetElementType()!) + "[]";
        }

        var name = (type.IsNested ? Of(type.DeclaringType!) : type.Namespace) + "." + type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(',', type.GetGenericArguments().Select(Of))}>" : name;
    }
}
