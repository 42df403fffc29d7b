namespace Larder.Conventions.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Path">The page.</param>
/// <param name="Line">The line of the page on which the code starts.</param>
/// <param name="Info">What follows the opening fence: the language and whatever else stands there.</param>
/// <param name="Setup">The name in the comment <c>setup:</c> before the block, if there is one.</param>
/// <param name="Code">The code, without the indentation of the fence.</param>
internal sealed record CodeBlock(string Path, int Line, string Info, string? Setup, string Code)
{
    private static readonly string[] Names = ["c#", "cs", "csharp", "c-sharp"];

    /// <summary>Whether the block is meant as C#, in whatever spelling.</summary>
    public bool IsCSharp => Names.Contains(Info.Split(' ', ',', '{')[0].ToLowerInvariant());
}
