using ApiExplorer.Catalog;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>The keys and tags under which the application's answers are cached.</summary>
internal static class CacheKeys
{
    public static CacheKey Notes(NoteScope scope, int ownerId) => scope switch
    {
        NoteScope.Type => $"type:{ownerId}:notes",
        NoteScope.Namespace => $"namespace:{ownerId}:notes",
        NoteScope.Assembly => $"assembly:{ownerId}:notes",
        _ => "notes",
    };

    public static string NamespaceTag(string name) => $"namespace:{name}";

    public static string AssemblyTag(string name) => $"assembly:{name}";
}
