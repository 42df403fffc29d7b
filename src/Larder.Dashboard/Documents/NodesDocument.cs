namespace Larder.Dashboard.Documents;

/// <summary>The processes that share the stores of the caches.</summary>
internal sealed record NodesDocument(IReadOnlyList<NodeDocument> Nodes);
