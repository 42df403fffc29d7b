namespace Larder.Cli.Rendering;

/// <summary>A figure of results.</summary>
/// <param name="Name">Its name in JSON and CSV.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Show">How people are shown it; <see langword="null"/> for the usual way, see <see cref="Humane"/>.</param>
/// <param name="Width">How wide it is where lines are written one by one.</param>
/// <param name="IsDetail">Whether tables leave it to JSON and CSV.</param>
internal sealed record Column(string Name, string Title, Func<object, string>? Show = null, int Width = 0, bool IsDetail = false)
{
    /// <summary>Gets a value as people are shown it.</summary>
    public string TextOf(object? value) => value is null ? "-" : Humane.Printable(Show is null ? Humane.TextOf(value) : Show(value));
}
