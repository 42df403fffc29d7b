using System.Reflection;
using System.Runtime.CompilerServices;

namespace Larder.Conventions;

/// <summary>The assemblies that the library ships, and what of them a user can see.</summary>
internal static class LarderAssemblies
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>One project of src a name. Each is referenced by this test project.</summary>
    public static TheoryData<string> Names => new(
        Repository.Files("src", ".csproj").Select(path => Path.GetFileNameWithoutExtension(path)));

    public static Assembly Load(string name) => Assembly.Load(name);

    /// <summary>Types that a user can name, in ordinal order of their full names.</summary>
    public static IEnumerable<Type> VisibleTypes(Assembly assembly) =>
        assembly.GetTypes().Where(IsVisible).OrderBy(type => type.FullName, StringComparer.Ordinal);

    /// <summary>Fields, constructors, properties, events and methods declared by the type that a user can call or override.</summary>
    public static IEnumerable<MemberInfo> VisibleMembers(Type type)
    {
        if (type.IsSubclassOf(typeof(MulticastDelegate)))
        {
            return [];
        }

        return type.GetMembers(Declared).Where(member => member is not Type && IsVisible(member));
    }

    public static bool IsVisible(MethodBase? method) =>
        method is not null && (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed));

    private static bool IsVisible(Type type)
    {
        if (IsGenerated(type) || type.Name.Contains('<'))
        {
            return false;
        }

        if (!type.IsNested)
        {
            return type.IsPublic;
        }

        var open = type.IsNestedPublic || ((type.IsNestedFamily || type.IsNestedFamORAssem) && !type.DeclaringType!.IsSealed);
        return open && IsVisible(type.DeclaringType!);
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        FieldInfo field => !field.IsSpecialName && !IsGenerated(field) &&
            (field.IsPublic || ((field.IsFamily || field.IsFamilyOrAssembly) && !field.DeclaringType!.IsSealed)),
        PropertyInfo property => !IsGenerated(property) && (IsVisible(property.GetMethod) || IsVisible(property.SetMethod)),
        EventInfo @event => IsVisible(@event.AddMethod),
        ConstructorInfo constructor => !constructor.IsStatic && !IsGenerated(constructor) && IsVisible(constructor),
        MethodInfo method => IsVisible(method) && !IsGenerated(method) && !IsAccessor(method) && !method.Name.Contains('<'),
        _ => false,
    };

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
}
