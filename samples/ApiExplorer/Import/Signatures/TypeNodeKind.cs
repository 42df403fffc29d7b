namespace ApiExplorer.Import.Signatures;

/// <summary>What a <see cref="TypeNode"/> stands for.</summary>
internal enum TypeNodeKind
{
    /// <summary>A class, structure, interface, enum or delegate, with its type arguments.</summary>
    Named,

    /// <summary>A type parameter of the declaring type.</summary>
    TypeParameter,

    /// <summary>A type parameter of the declaring method.</summary>
    MethodTypeParameter,

    /// <summary>An array of <see cref="TypeNode.Element"/>.</summary>
    Array,

    /// <summary>A pointer to <see cref="TypeNode.Element"/>.</summary>
    Pointer,

    /// <summary>A reference (<c>ref</c>, <c>in</c>, <c>out</c>) to <see cref="TypeNode.Element"/>.</summary>
    ByReference,

    /// <summary><see cref="TypeNode.Element"/> with a custom modifier named <see cref="TypeNode.Name"/>.</summary>
    Modified,

    /// <summary>A function pointer; the arguments are its parameters, then its return type.</summary>
    FunctionPointer,
}
