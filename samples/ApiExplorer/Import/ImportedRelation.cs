namespace ApiExplorer.Import;

/// <summary>A type's base type or one of its interfaces.</summary>
/// <param name="Kind">"base" or "interface".</param>
/// <param name="TargetDocumentationId">Names the definition, without type arguments.</param>
/// <param name="DisplayName">The C# text, with type arguments.</param>
internal sealed record ImportedRelation(string Kind, string TargetDocumentationId, string DisplayName);
