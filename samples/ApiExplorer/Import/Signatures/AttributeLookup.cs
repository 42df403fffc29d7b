using System.Reflection.Metadata;

namespace ApiExplorer.Import.Signatures;

/// <summary>Finds custom attributes by name and reads the few that shape a signature.</summary>
internal static class AttributeLookup
{
    private const int PrologLength = 2;
    private const int SingleByteBlobLength = 5;

    public static bool Has(MetadataReader reader, CustomAttributeHandleCollection attributes, string name) =>
        !Find(reader, attributes, name).IsNil;

    /// <summary>The argument of a NullableAttribute, which is a byte or an array of bytes; null when the attribute is absent.</summary>
    public static byte[]? NullableFlags(MetadataReader reader, CustomAttributeHandleCollection attributes) =>
        ByteArgument(reader, attributes, "NullableAttribute");

    /// <summary>The argument of a NullableContextAttribute; null when the attribute is absent.</summary>
    public static byte? NullableContext(MetadataReader reader, CustomAttributeHandleCollection attributes) =>
        ByteArgument(reader, attributes, "NullableContextAttribute") is [var flag, ..] ? flag : null;

    /// <summary>The argument of a TupleElementNamesAttribute; null when the attribute is absent.</summary>
    public static string?[]? TupleNames(MetadataReader reader, CustomAttributeHandleCollection attributes)
    {
        var handle = Find(reader, attributes, "TupleElementNamesAttribute");
        if (handle.IsNil)
            return null;

        var blob = Argument(reader, handle);
        var names = new string?[blob.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
            names[i] = blob.ReadSerializedString();
        return names;
    }

    private static byte[]? ByteArgument(MetadataReader reader, CustomAttributeHandleCollection attributes, string name)
    {
        var handle = Find(reader, attributes, name);
        if (handle.IsNil)
            return null;

        var isSingleByte = reader.GetBlobReader(reader.GetCustomAttribute(handle).Value).Length == SingleByteBlobLength;
        var blob = Argument(reader, handle);
        return isSingleByte ? [blob.ReadByte()] : blob.ReadBytes(blob.ReadInt32());
    }

    private static BlobReader Argument(MetadataReader reader, CustomAttributeHandle handle)
    {
        var blob = reader.GetBlobReader(reader.GetCustomAttribute(handle).Value);
        blob.Offset = PrologLength;
        return blob;
    }

    private static CustomAttributeHandle Find(MetadataReader reader, CustomAttributeHandleCollection attributes, string name)
    {
        foreach (var handle in attributes)
        {
            if (reader.StringComparer.Equals(TypeName(reader, reader.GetCustomAttribute(handle).Constructor), name))
                return handle;
        }

        return default;
    }

    private static StringHandle TypeName(MetadataReader reader, EntityHandle constructor)
    {
        var type = constructor.Kind == HandleKind.MethodDefinition
            ? reader.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType()
            : reader.GetMemberReference((MemberReferenceHandle)constructor).Parent;
        return type.Kind switch
        {
            HandleKind.TypeDefinition => reader.GetTypeDefinition((TypeDefinitionHandle)type).Name,
            HandleKind.TypeReference => reader.GetTypeReference((TypeReferenceHandle)type).Name,
            _ => default,
        };
    }
}
