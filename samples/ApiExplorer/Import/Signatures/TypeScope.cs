using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;

namespace ApiExplorer.Import.Signatures;

/// <summary>What the signatures of one type's members need to know about the type.</summary>
internal sealed class TypeScope
{
    private readonly IReadOnlySet<string> _hiddenTypes;

    public TypeScope(MetadataReader reader, TypeDefinitionHandle handle, IReadOnlySet<string> hiddenTypes)
    {
        _hiddenTypes = hiddenTypes;
        Reader = reader;
        Definition = reader.GetTypeDefinition(handle);
        Node = TypeNodeProvider.Instance.GetTypeFromDefinition(reader, handle, 0);
        TypeParameters = GenericNames.Read(reader, Definition.GetGenericParameters());
        Names = new GenericNames(TypeParameters, []);
        NullableContext = FindNullableContext(reader, Definition);
        BaseType = Definition.BaseType.IsNil ? null : TypeNodeProvider.Instance.Resolve(reader, Definition.BaseType, Names);
        Kind = FindKind();
    }

    public MetadataReader Reader { get; }

    public TypeDefinition Definition { get; }

    public TypeNode Node { get; }

    public ImmutableArray<string> TypeParameters { get; }

    public GenericNames Names { get; }

    public byte NullableContext { get; }

    public TypeNode? BaseType { get; }

    /// <summary>"class", "struct", "interface", "enum" or "delegate".</summary>
    public string Kind { get; }

    public bool IsStaticClass => Kind == "class" && Definition.Attributes.HasFlag(TypeAttributes.Abstract | TypeAttributes.Sealed);

    /// <summary>The definition with its own type parameters as arguments, as it reads in a declaration.</summary>
    public TypeNode SelfInstantiation => Node.WithArguments(
    [
        .. TypeParameters.Select((name, index) => new TypeNode { Kind = TypeNodeKind.TypeParameter, Name = name, Number = index }),
    ]);

    public string DisplayName => CSharpTypeWriter.FormatName(SelfInstantiation);

    /// <summary>The interfaces that other assemblies can see.</summary>
    public IEnumerable<(InterfaceImplementation Implementation, TypeNode Type)> VisibleInterfaces()
    {
        foreach (var handle in Definition.GetInterfaceImplementations())
        {
            var implementation = Reader.GetInterfaceImplementation(handle);
            var type = TypeNodeProvider.Instance.Resolve(Reader, implementation.Interface, Names);
            if (!_hiddenTypes.Contains(DocumentationId.OfType(type)))
                yield return (implementation, type);
        }
    }

    public bool Has(CustomAttributeHandleCollection attributes, string name) => AttributeLookup.Has(Reader, attributes, name);

    public NullableFlags Nullability(CustomAttributeHandleCollection attributes, byte? context = null) =>
        new(AttributeLookup.NullableFlags(Reader, attributes), context ?? NullableContext);

    private static byte FindNullableContext(MetadataReader reader, TypeDefinition definition)
    {
        while (true)
        {
            if (AttributeLookup.NullableContext(reader, definition.GetCustomAttributes()) is { } context)
                return context;
            if (definition.GetDeclaringType().IsNil)
                return AttributeLookup.NullableContext(reader, reader.GetModuleDefinition().GetCustomAttributes()) ?? 0;

            definition = reader.GetTypeDefinition(definition.GetDeclaringType());
        }
    }

    private string FindKind()
    {
        if (Definition.Attributes.HasFlag(TypeAttributes.Interface))
            return "interface";
        if (BaseType is null)
            return "class";
        if (BaseType.Is("System", "Enum"))
            return "enum";
        if (BaseType.Is("System", "ValueType") && !Node.Is("System", "Enum"))
            return "struct";
        return BaseType.Is("System", "MulticastDelegate") ? "delegate" : "class";
    }
}
