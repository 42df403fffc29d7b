namespace Larder.Dashboard.Documents;

/// <summary>What is to be done.</summary>
internal sealed record ActionRequest(
    string? Cache,
    string? Key,
    string? Pattern,
    string? Tag,
    string? Confirm,
    bool DryRun);
