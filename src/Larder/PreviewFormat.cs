namespace Larder;

/// <summary>How the beginning of a value is shown.</summary>
public enum PreviewFormat
{
    /// <summary>The value is <see langword="null"/>.</summary>
    Null,

    /// <summary>As text: a string, an integer, or what another program wrote.</summary>
    Text,

    /// <summary>As JSON, as the serializer wrote it, or writes the object that is in memory.</summary>
    Json,

    /// <summary>As hexadecimal digits.</summary>
    Hex,
}
