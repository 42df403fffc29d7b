using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace ApiExplorer.Import.Signatures;

/// <summary>The names of the type parameters in scope of a signature.</summary>
internal sealed record GenericNames(ImmutableArray<string> OfType, ImmutableArray<string> OfMethod)
{
    public static GenericNames None { get; } = new([], []);

    public static ImmutableArray<string> Read(MetadataReader reader, GenericParameterHandleCollection parameters) =>
        [.. parameters.Select(handle => reader.GetString(reader.GetGenericParameter(handle).Name))];
}
