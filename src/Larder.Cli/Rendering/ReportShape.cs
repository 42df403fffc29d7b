namespace Larder.Cli.Rendering;

/// <summary>What a list of results looks like. The first column is the name of a result.</summary>
/// <param name="Name">The name of the list in JSON.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record ReportShape(string Name, params IReadOnlyList<Column> Columns)
{
    /// <summary>The version of all JSON that the tool writes. A field that is renamed, removed or changes its meaning makes a new one; a further field does not.</summary>
    public const int Schema = 1;
}
