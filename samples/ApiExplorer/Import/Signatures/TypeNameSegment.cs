namespace ApiExplorer.Import.Signatures;

/// <summary>One level of a possibly nested type's name: <c>Dictionary`2</c> is <c>("Dictionary", 2)</c>.</summary>
internal readonly record struct TypeNameSegment(string Name, int Arity)
{
    public static TypeNameSegment Parse(string metadataName)
    {
        var tick = metadataName.LastIndexOf('`');
        return tick > 0 && int.TryParse(metadataName.AsSpan(tick + 1), out var arity)
            ? new TypeNameSegment(metadataName[..tick], arity)
            : new TypeNameSegment(metadataName, 0);
    }
}
