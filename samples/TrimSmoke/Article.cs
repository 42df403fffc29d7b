namespace Larder.Samples.TrimSmoke;

/// <summary>A value that is stored as JSON.</summary>
public sealed record Article(int Id, string Title, IReadOnlyList<string> Authors);
