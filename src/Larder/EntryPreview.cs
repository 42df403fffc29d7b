namespace Larder;

/// <summary>The beginning of a value, to look at.</summary>
public sealed record EntryPreview
{
    /// <summary>The most that is shown, in bytes: 1 MiB.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>Gets what <see cref="Text"/> is.</summary>
    public required PreviewFormat Format { get; init; }

    /// <summary>Gets the text, or the bytes in hexadecimal digits.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the length of the whole value, in bytes.</summary>
    public long Length { get; init; }

    /// <summary>Gets whether the value goes on.</summary>
    public bool IsTruncated { get; init; }
}
