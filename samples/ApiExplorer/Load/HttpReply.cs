namespace ApiExplorer.Load;

/// <summary>What the load mode looks at in a response.</summary>
/// <param name="Status">The status code.</param>
/// <param name="TypeVersion">The version of the type that the response was built from; 0 when it names none.</param>
/// <param name="NamespaceVersion">The same of a namespace.</param>
/// <param name="CreatedId">The number at the end of the Location header; 0 without one.</param>
internal readonly record struct HttpReply(int Status, long TypeVersion, long NamespaceVersion, long CreatedId)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}
