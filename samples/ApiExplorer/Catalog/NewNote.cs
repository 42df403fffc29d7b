namespace ApiExplorer.Catalog;

/// <summary>The body of a request that adds a note.</summary>
internal sealed record NewNote(string? Text)
{
    public const int MaximumLength = 2_000;

    /// <summary>The text without white space round it; null when it is empty or too long.</summary>
    public string? Normalised => Text?.Trim() is { Length: > 0 and <= MaximumLength } text ? text : null;
}
