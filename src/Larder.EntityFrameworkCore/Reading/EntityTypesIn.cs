namespace Larder.EntityFrameworkCore.Reading;

/// <summary>Takes a type apart: a list of entities speaks of entities.</summary>
internal static class EntityTypesIn
{
    /// <summary>Gets a type, and the types that it is made of.</summary>
    public static IEnumerable<Type> TypesOf(Type type)
    {
        if (type.IsArray)
        {
            return TypesOf(type.GetElementType()!);
        }

        return type.IsGenericType ? type.GetGenericArguments().SelectMany(TypesOf).Prepend(type) : [type];
    }
}
