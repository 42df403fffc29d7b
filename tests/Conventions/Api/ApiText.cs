using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Larder.Conventions.Api;

/// <summary>Writes the public surface of an assembly as text that reads like C#, the same on every run.</summary>
internal static class ApiText
{
    public static string Write(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var space in LarderAssemblies.VisibleTypes(assembly).GroupBy(type => type.Namespace ?? ""))
        {
            text.Append(text.Length == 0 ? "" : "\n").Append($"namespace {space.Key}\n");
            foreach (var type in space)
            {
                WriteType(text, type);
            }
        }

        return text.ToString();
    }

    private static void WriteType(StringBuilder text, Type type)
    {
        text.Append($"\n{Attributes.Inline(type.CustomAttributes)}{Declaration(type)}\n");
        var members = LarderAssemblies.VisibleMembers(type)
            .Select(member => (Kind: Order(member), member.Name, Value: EnumValue(member), Text: MemberText.Write(member)))
            .OrderBy(member => member.Kind)
            .ThenBy(member => member.Value)
            .ThenBy(member => member.Name, StringComparer.Ordinal)
            .ThenBy(member => member.Text, StringComparer.Ordinal);
        foreach (var member in members)
        {
            text.Append($"    {member.Text}\n");
        }
    }

    private static string Declaration(Type type)
    {
        var access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected " : "";
        var constraints = GenericConstraints.Where(type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0));
        if (type.IsSubclassOf(typeof(MulticastDelegate)))
        {
            return $"{access}delegate {MemberText.Signature(type.GetMethod("Invoke")!, TypeNames.Declare(type))}{constraints}";
        }

        var bases = Bases(type).ToList();
        return $"{access}{Kind(type)} {TypeNames.Declare(type)}{(bases.Count == 0 ? "" : " : " + string.Join(", ", bases))}{constraints}";
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface)
        {
            return "interface";
        }

        if (type.IsEnum)
        {
            return "enum";
        }

        var record = IsRecord(type) ? "record " : "";
        if (type.IsValueType)
        {
            var isReadOnly = type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false);
            return (isReadOnly ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + record + "struct";
        }

        var modifier = (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        };
        return modifier + record + "class";
    }

    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null ||
        (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance)?
            .IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) == true);

    private static IEnumerable<string> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [TypeNames.Write(Enum.GetUnderlyingType(type), Nullability.None)];
        }

        var interfaces = type.GetInterfaces();
        var inherited = interfaces.SelectMany(face => face.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        var own = interfaces
            .Where(face => face.IsVisible && !inherited.Contains(face))
            .Select(face => TypeNames.Write(face, Nullability.None))
            .Order(StringComparer.Ordinal);
        var hasBase = type.BaseType is not null && type.BaseType != typeof(object) && type.BaseType != typeof(ValueType);
        return hasBase ? own.Prepend(TypeNames.Write(type.BaseType!, Nullability.None)) : own;
    }

    private static int Order(MemberInfo member) => member switch
    {
        FieldInfo => 0,
        ConstructorInfo => 1,
        PropertyInfo => 2,
        EventInfo => 3,
        _ => 4,
    };

    private static decimal EnumValue(MemberInfo member) =>
        member is FieldInfo { IsLiteral: true, DeclaringType.IsEnum: true } field ? Convert.ToDecimal(field.GetRawConstantValue()) : 0;
}
