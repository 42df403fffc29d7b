using System.Reflection;
using System.Runtime.CompilerServices;

namespace Larder.Conventions.Api;

/// <summary>Writes one public member as a line of C#.</summary>
internal static class MemberText
{
    public static string Write(MemberInfo member) => Attributes.Inline(member.CustomAttributes) + member switch
    {
        FieldInfo field => Field(field),
        PropertyInfo property => Property(property),
        EventInfo @event => Event(@event),
        ConstructorInfo constructor => $"{Access(constructor)}{constructor.DeclaringType!.Name.Split('`')[0]}({Parameters(constructor)})",
        MethodInfo method => Method(method),
        _ => throw new ArgumentException($"Members of kind {member.MemberType} have no text.", nameof(member)),
    };

    /// <summary>The return type and parameters of a delegate, or of any method under another name.</summary>
    public static string Signature(MethodInfo method, string name)
    {
        var parameters = method.IsGenericMethod ? method.GetGenericArguments() : [];
        var typeParameters = parameters.Length == 0 ? "" : $"<{string.Join(", ", parameters.Select(GenericConstraints.Declare))}>";
        return $"{Attributes.Inline(method.ReturnParameter.CustomAttributes)}{ReturnType(method)} {name}{typeParameters}" +
            $"({Parameters(method)}){GenericConstraints.Where(parameters)}";
    }

    private static string Field(FieldInfo field)
    {
        var type = TypeNames.Write(field.FieldType, Nullability.Of(field.CustomAttributes, field.DeclaringType));
        var access = field.IsPublic ? "" : "protected ";
        if (field.IsLiteral)
        {
            var isMember = field.DeclaringType!.IsEnum;
            var value = Literals.Write(field.GetRawConstantValue(), isMember ? Enum.GetUnderlyingType(field.FieldType) : field.FieldType);
            return isMember ? $"{field.Name} = {value}" : $"{access}const {type} {field.Name} = {value}";
        }

        var modifiers = (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "") + Required(field);
        return $"{access}{modifiers}{type} {field.Name}";
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = LarderAssemblies.IsVisible(property.GetMethod) ? property.GetMethod! : property.SetMethod!;
        var type = TypeNames.Write(property.PropertyType, Nullability.Of(property.CustomAttributes, property.DeclaringType));
        var indices = property.GetIndexParameters();
        var name = indices.Length == 0 ? property.Name : $"this[{string.Join(", ", indices.Select(Parameter))}]";
        var modifiers = Access(accessor) + Modifiers(accessor) + Required(property) +
            Reference(property.PropertyType, property.CustomAttributes);
        return $"{modifiers}{type} {name} {{ {Accessors(property, accessor)}}}";
    }

    private static string Accessors(PropertyInfo property, MethodInfo widest)
    {
        var text = LarderAssemblies.IsVisible(property.GetMethod) ? "get; " : "";
        if (property.SetMethod is not { } set || !LarderAssemblies.IsVisible(set))
        {
            return text;
        }

        var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        var access = widest.IsPublic && !set.IsPublic ? "protected " : "";
        return text + access + (isInit ? "init; " : "set; ");
    }

    private static string Event(EventInfo @event)
    {
        var add = @event.AddMethod!;
        var type = TypeNames.Write(@event.EventHandlerType!, Nullability.Of(@event.CustomAttributes, @event.DeclaringType));
        return $"{Access(add)}{Modifiers(add)}event {type} {@event.Name}";
    }

    private static string Method(MethodInfo method)
    {
        var text = $"{Access(method)}{Modifiers(method)}{Signature(method, method.Name)}";
        return method.Name switch
        {
            "op_Implicit" => text.Replace($"{ReturnType(method)} op_Implicit", $"implicit operator {ReturnType(method)}"),
            "op_Explicit" => text.Replace($"{ReturnType(method)} op_Explicit", $"explicit operator {ReturnType(method)}"),
            _ => text,
        };
    }

    private static string Parameters(MethodBase method)
    {
        var text = string.Join(", ", method.GetParameters().Select(Parameter));
        return method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " + text : text;
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var type = TypeNames.Write(parameter.ParameterType, Nullability.Of(parameter.CustomAttributes, parameter.Member));
        var value = parameter.HasDefaultValue ? " = " + Literals.Write(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{Attributes.Inline(parameter.CustomAttributes)}{Passing(parameter)}{type} {parameter.Name}{value}";
    }

    private static string Passing(ParameterInfo parameter)
    {
        bool Has(string attribute) => parameter.CustomAttributes.Any(data => data.AttributeType.Name == attribute);
        if (Has("ParamArrayAttribute") || Has("ParamCollectionAttribute"))
        {
            return "params ";
        }

        var scoped = Has("ScopedRefAttribute") && !parameter.IsOut ? "scoped " : "";
        if (!parameter.ParameterType.IsByRef)
        {
            return scoped;
        }

        return scoped + (parameter.IsOut ? "out " : Has("RequiresLocationAttribute") ? "ref readonly " : parameter.IsIn ? "in " : "ref ");
    }

    private static string ReturnType(MethodInfo method)
    {
        var type = TypeNames.Write(method.ReturnType, Nullability.Of(method.ReturnParameter.CustomAttributes, method));
        return Reference(method.ReturnType, method.ReturnParameter.CustomAttributes) + type;
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
        {
            return (method.IsStatic ? "static " : "") + ((method.IsAbstract, method.IsVirtual) switch
            {
                (true, _) => method.IsStatic ? "abstract " : "",
                (_, true) => "virtual ",
                _ => method.IsStatic ? "" : "sealed ",
            });
        }

        var overrides = method.GetBaseDefinition().DeclaringType != method.DeclaringType;
        return method switch
        {
            { IsStatic: true } => "static ",
            { IsAbstract: true } => overrides ? "abstract override " : "abstract ",
            { IsVirtual: true } when overrides => method.IsFinal ? "sealed override " : "override ",
            { IsVirtual: true, IsFinal: false } => method.DeclaringType.IsSealed ? "" : "virtual ",
            _ => "",
        };
    }

    private static string Required(MemberInfo member) =>
        member.IsDefined(typeof(RequiredMemberAttribute), inherit: false) ? "required " : "";

    private static string Reference(Type type, IEnumerable<CustomAttributeData> attributes) => type.IsByRef
        ? attributes.Any(data => data.AttributeType.Name == "IsReadOnlyAttribute") ? "ref readonly " : "ref "
        : "";
}
