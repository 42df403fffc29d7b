namespace Larder.Dashboard.Documents;

/// <summary>Why a request was not answered.</summary>
internal sealed record ErrorDocument(string Error);
