namespace ApiExplorer.Catalog;

/// <summary>Where notes are listed or deleted together.</summary>
internal enum NoteScope
{
    All,
    Type,
    Namespace,
    Assembly,
}
