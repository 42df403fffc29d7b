using ApiExplorer.Catalog;

namespace ApiExplorer.Pages;

/// <summary>
/// Names the version of a row that a response was built from, as <c>type/12=5</c>. A response carries it in a header, so that it
/// can be checked against the database.
/// </summary>
internal static class RowVersions
{
    public const string HeaderName = "Row-Versions";

    public static string Of(NoteScope scope, int id, long version) =>
        $"{Table(scope)}/{id}={version}";

    private static string Table(NoteScope scope) => scope switch
    {
        NoteScope.Type => "type",
        NoteScope.Namespace => "namespace",
        NoteScope.Assembly => "assembly",
        _ => "catalog",
    };
}
