using System.Reflection;

namespace Larder.Conventions.Api;

/// <summary>Writes the attributes that change how a caller compiles, is warned or is trimmed.</summary>
internal static class Attributes
{
    private static readonly HashSet<string> Shown = new(StringComparer.Ordinal)
    {
        "AllowNullAttribute", "AsyncMethodBuilderAttribute", "CallerArgumentExpressionAttribute", "CallerMemberNameAttribute",
        "CollectionBuilderAttribute", "ConstantExpectedAttribute", "DisallowNullAttribute", "DoesNotReturnAttribute",
        "DynamicallyAccessedMembersAttribute", "EditorBrowsableAttribute", "ExperimentalAttribute", "FlagsAttribute",
        "InterpolatedStringHandlerArgumentAttribute", "InterpolatedStringHandlerAttribute", "MaybeNullAttribute",
        "MaybeNullWhenAttribute", "MemberNotNullAttribute", "MemberNotNullWhenAttribute", "NotNullAttribute",
        "NotNullIfNotNullAttribute", "NotNullWhenAttribute", "ObsoleteAttribute", "OverloadResolutionPriorityAttribute",
        "RequiresDynamicCodeAttribute", "RequiresUnreferencedCodeAttribute", "SetsRequiredMembersAttribute",
        "StringSyntaxAttribute", "UnscopedRefAttribute",
    };

    /// <summary>The attributes, each in brackets and followed by a blank.</summary>
    public static string Inline(IEnumerable<CustomAttributeData> attributes) => string.Concat(attributes
        .Where(data => Shown.Contains(data.AttributeType.Name) && !IsForOldCompilers(data) && !NamesPrivateField(data))
        .Select(Write)
        .Order(StringComparer.Ordinal)
        .Select(text => $"[{text}] "));

    /// <summary>The compiler marks ref structs and required members obsolete, to keep older compilers away.</summary>
    private static bool IsForOldCompilers(CustomAttributeData data) =>
        data.AttributeType == typeof(ObsoleteAttribute) &&
        data.ConstructorArguments.Any(argument => argument.Value is string text && text.Contains("not supported in this version"));

    private static bool NamesPrivateField(CustomAttributeData data) =>
        data.ConstructorArguments.Any(argument => argument.Value is string text && text.StartsWith('_'));

    private static string Write(CustomAttributeData data)
    {
        var name = data.AttributeType.Name[..^"Attribute".Length];
        var arguments = data.ConstructorArguments.Select(Write)
            .Concat(data.NamedArguments.Select(named => $"{named.MemberName} = {Write(named.TypedValue)}"))
            .ToList();
        return arguments.Count == 0 ? name : $"{name}({string.Join(", ", arguments)})";
    }

    private static string Write(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        IEnumerable<CustomAttributeTypedArgument> items => string.Join(", ", items.Select(Write)),
        Type type => $"typeof({TypeNames.Write(type, Nullability.None)})",
        var value => Literals.Write(value, argument.ArgumentType),
    };
}
