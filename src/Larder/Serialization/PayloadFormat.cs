namespace Larder.Serialization;

/// <summary>How the payload of a stored entry is to be read. Beyond <see cref="SerializerBase"/>: by the serializer with that format id.</summary>
internal enum PayloadFormat : byte
{
    Null = 0,
    Bytes = 1,
    Text = 2,
    Integer = 3,

    /// <summary>Text that is not well-formed, which UTF-8 cannot hold.</summary>
    Utf16 = 4,

    /// <summary>What another program wrote, without a frame; it is in no frame.</summary>
    Foreign = 64,

    /// <summary>To this the format id of the serializer is added.</summary>
    SerializerBase = 128,
}
