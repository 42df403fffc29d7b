namespace DocsSnippets;

public sealed record User(int Id, string Name);
