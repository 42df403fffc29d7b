namespace ApiExplorer.Pages;

/// <summary>A finished part of a response: UTF-8 text, never changed once made, since the cache hands out the same instance.</summary>
/// <param name="Body">The text.</param>
/// <param name="Versions">The row that the text shows and that can change, as <see cref="RowVersions"/> writes it; else empty.</param>
internal sealed record Document(ReadOnlyMemory<byte> Body, string Versions = "");
