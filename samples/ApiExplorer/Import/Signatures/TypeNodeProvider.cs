using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace ApiExplorer.Import.Signatures;

/// <summary>Builds <see cref="TypeNode"/> trees from metadata signatures.</summary>
internal sealed class TypeNodeProvider : ISignatureTypeProvider<TypeNode, GenericNames>
{
    private const byte ValueTypeKind = 0x11;

    public static TypeNodeProvider Instance { get; } = new();

    /// <summary>Resolves a base type, an interface or a constraint.</summary>
    public TypeNode Resolve(MetadataReader reader, EntityHandle handle, GenericNames names) => handle.Kind switch
    {
        HandleKind.TypeDefinition => GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeSpecification => GetTypeFromSpecification(reader, names, (TypeSpecificationHandle)handle, 0),
        _ => throw new BadImageFormatException($"A type was expected, not a {handle.Kind}."),
    };

    public TypeNode GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var segments = new List<TypeNameSegment>();
        var definition = reader.GetTypeDefinition(handle);
        segments.Add(TypeNameSegment.Parse(reader.GetString(definition.Name)));
        while (!definition.GetDeclaringType().IsNil)
        {
            definition = reader.GetTypeDefinition(definition.GetDeclaringType());
            segments.Add(TypeNameSegment.Parse(reader.GetString(definition.Name)));
        }

        return Named(reader.GetString(definition.Namespace), segments, rawTypeKind);
    }

    public TypeNode GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var segments = new List<TypeNameSegment>();
        var reference = reader.GetTypeReference(handle);
        segments.Add(TypeNameSegment.Parse(reader.GetString(reference.Name)));
        while (reference.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            reference = reader.GetTypeReference((TypeReferenceHandle)reference.ResolutionScope);
            segments.Add(TypeNameSegment.Parse(reader.GetString(reference.Name)));
        }

        return Named(reader.GetString(reference.Namespace), segments, rawTypeKind);
    }

    public TypeNode GetTypeFromSpecification(
        MetadataReader reader, GenericNames genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public TypeNode GetGenericInstantiation(TypeNode genericType, ImmutableArray<TypeNode> typeArguments) =>
        genericType.WithArguments(typeArguments);

    public TypeNode GetGenericTypeParameter(GenericNames genericContext, int index) =>
        Parameter(TypeNodeKind.TypeParameter, genericContext.OfType, index);

    public TypeNode GetGenericMethodParameter(GenericNames genericContext, int index) =>
        Parameter(TypeNodeKind.MethodTypeParameter, genericContext.OfMethod, index);

    public TypeNode GetArrayType(TypeNode elementType, ArrayShape shape) =>
        TypeNode.Of(TypeNodeKind.Array, elementType, number: shape.Rank);

    public TypeNode GetSZArrayType(TypeNode elementType) => TypeNode.Of(TypeNodeKind.Array, elementType, number: 1);

    public TypeNode GetByReferenceType(TypeNode elementType) => TypeNode.Of(TypeNodeKind.ByReference, elementType);

    public TypeNode GetPointerType(TypeNode elementType) => TypeNode.Of(TypeNodeKind.Pointer, elementType);

    public TypeNode GetPinnedType(TypeNode elementType) => elementType;

    public TypeNode GetModifiedType(TypeNode modifier, TypeNode unmodifiedType, bool isRequired) =>
        TypeNode.Of(TypeNodeKind.Modified, unmodifiedType, modifier.Segments[^1].Name);

    public TypeNode GetFunctionPointerType(MethodSignature<TypeNode> signature) => new()
    {
        Kind = TypeNodeKind.FunctionPointer,
        Name = signature.Header.CallingConvention == SignatureCallingConvention.Default ? "delegate*" : "delegate* unmanaged",
        Arguments = [.. signature.ParameterTypes, signature.ReturnType],
    };

    public TypeNode GetPrimitiveType(PrimitiveTypeCode typeCode) =>
        TypeNode.System(typeCode.ToString(), typeCode is not (PrimitiveTypeCode.String or PrimitiveTypeCode.Object));

    private static TypeNode Named(string @namespace, List<TypeNameSegment> innermostFirst, byte rawTypeKind)
    {
        innermostFirst.Reverse();
        return new TypeNode
        {
            Kind = TypeNodeKind.Named,
            Namespace = @namespace,
            Segments = [.. innermostFirst],
            IsValueType = rawTypeKind == ValueTypeKind,
        };
    }

    private static TypeNode Parameter(TypeNodeKind kind, ImmutableArray<string> names, int index) => new()
    {
        Kind = kind,
        Name = index < names.Length ? names[index] : $"T{index}",
        Number = index,
    };
}
