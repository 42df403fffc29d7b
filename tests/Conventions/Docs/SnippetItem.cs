namespace Larder.Conventions.Docs;

/// <summary>What a piece of a block at its outermost level is, and so where it goes.</summary>
internal enum SnippetItemKind
{
    Using,
    Namespace,
    Type,
    Member,
    Statement,
}

/// <summary>A piece of a block at its outermost level.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The line of the page on which it starts.</param>
/// <param name="Text">Its text, comments before it included.</param>
/// <param name="ReturnsValue">Whether it is a statement that returns a value from the block itself.</param>
internal sealed record SnippetItem(SnippetItemKind Kind, int Line, string Text, bool ReturnsValue);
