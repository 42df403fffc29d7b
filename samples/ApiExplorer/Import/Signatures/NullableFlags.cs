namespace ApiExplorer.Import.Signatures;

/// <summary>
/// The compiler's record of which reference types in a signature are annotated with <c>?</c>: one byte a type in the order in
/// which the types are written, or one byte for all. Format: dotnet/roslyn, docs/features/nullable-metadata.md.
/// </summary>
internal sealed class NullableFlags(byte[]? flags, byte otherwise)
{
    private const byte Annotated = 2;

    private int _position;

    public bool NextIsAnnotated()
    {
        if (flags is null)
            return otherwise == Annotated;

        var index = flags.Length == 1 ? 0 : _position++;
        return index < flags.Length && flags[index] == Annotated;
    }
}
