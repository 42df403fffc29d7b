namespace Larder.Dashboard.Documents;

/// <summary>Who the visitor is to the dashboard, and what is shown.</summary>
internal sealed record MeDocument(
    string Application,
    string Environment,
    string Node,
    string Version,
    bool CanView,
    bool CanViewValues,
    bool CanInvalidate,
    IReadOnlyList<string> Caches);
