using System.Text.Json.Serialization;
using ApiExplorer.Endpoints;

namespace ApiExplorer.Catalog;

/// <summary>The JSON forms of what the application serves.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TypeDetails))]
[JsonSerializable(typeof(TypeFigures))]
[JsonSerializable(typeof(NoteFigures))]
[JsonSerializable(typeof(MembersPage))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(NamespaceDetails))]
[JsonSerializable(typeof(NoteList))]
[JsonSerializable(typeof(NoteChange))]
[JsonSerializable(typeof(NotesDeleted))]
[JsonSerializable(typeof(NewNote))]
[JsonSerializable(typeof(Diagnostics))]
[JsonSerializable(typeof(IReadOnlyList<NamespaceRow>))]
[JsonSerializable(typeof(IReadOnlyList<AssemblyRow>))]
internal sealed partial class CatalogJson : JsonSerializerContext;
