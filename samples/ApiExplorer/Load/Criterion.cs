namespace ApiExplorer.Load;

/// <summary>One line of the verdict.</summary>
internal sealed record Criterion(bool Holds, string Text);
