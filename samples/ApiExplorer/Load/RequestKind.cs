namespace ApiExplorer.Load;

/// <summary>What a request of the load mode asks for.</summary>
internal enum RequestKind
{
    TypePage,
    NamespacePage,
    Members,
    Notes,
    Search,
    Summary,
    Write,
}
