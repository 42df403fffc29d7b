namespace Larder.Cli.Rendering;

/// <summary>Writes a list of results.</summary>
internal interface IReportWriter
{
    /// <summary>Writes a result.</summary>
    /// <param name="values">A value for each column.</param>
    void Row(params IReadOnlyList<object?> values);

    /// <summary>Ends the list.</summary>
    /// <param name="facts">What is known about the whole list; JSON has it as further fields.</param>
    void End(params IReadOnlyList<(string Name, object? Value)> facts);
}
