using System.Collections.Immutable;

namespace ApiExplorer.Import.Signatures;

/// <summary>A type as it occurs in a signature; the input of both the C# text and the documentation id.</summary>
internal sealed class TypeNode
{
    public required TypeNodeKind Kind { get; init; }

    /// <summary>Namespace of a named type, otherwise empty.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Name of a type parameter or of a modifier, otherwise empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of a named type from the outermost to the innermost.</summary>
    public ImmutableArray<TypeNameSegment> Segments { get; init; } = [];

    /// <summary>Type arguments of a named type, the element of an array, pointer, reference or modified type.</summary>
    public ImmutableArray<TypeNode> Arguments { get; init; } = [];

    /// <summary>Position of a type parameter, rank of an array.</summary>
    public int Number { get; init; }

    public bool IsValueType { get; init; }

    public TypeNode Element => Arguments[0];

    /// <summary>The type below its modifiers and its reference.</summary>
    public TypeNode Unwrapped => Kind is TypeNodeKind.ByReference or TypeNodeKind.Modified ? Element.Unwrapped : this;

    public bool IsByReference => Kind == TypeNodeKind.ByReference || (Kind == TypeNodeKind.Modified && Element.IsByReference);

    public static TypeNode System(string name, bool isValueType) => new()
    {
        Kind = TypeNodeKind.Named,
        Namespace = "System",
        Segments = [new TypeNameSegment(name, 0)],
        IsValueType = isValueType,
    };

    public static TypeNode Of(TypeNodeKind kind, TypeNode element, string name = "", int number = 0) => new()
    {
        Kind = kind,
        Name = name,
        Number = number,
        Arguments = [element],
    };

    public TypeNode WithArguments(ImmutableArray<TypeNode> arguments) => new()
    {
        Kind = Kind,
        Namespace = Namespace,
        Segments = Segments,
        IsValueType = IsValueType,
        Arguments = arguments,
    };

    public bool Is(string @namespace, string name) =>
        Kind == TypeNodeKind.Named && Segments.Length == 1 && Segments[0].Name == name && Namespace == @namespace;

    public bool HasModifier(string name) => Kind switch
    {
        TypeNodeKind.Modified => Name == name || Element.HasModifier(name),
        TypeNodeKind.ByReference => Element.HasModifier(name),
        _ => false,
    };
}
