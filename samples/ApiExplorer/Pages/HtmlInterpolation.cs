using System.Runtime.CompilerServices;

namespace ApiExplorer.Pages;

/// <summary>Lets <see cref="HtmlWriter.Write"/> take an interpolated string: text is encoded, numbers are written as digits.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlInterpolation
{
    private readonly HtmlWriter _writer;

    public HtmlInterpolation(int literalLength, int formattedCount, HtmlWriter writer)
    {
        _ = (literalLength, formattedCount);
        _writer = writer;
    }

    public void AppendLiteral(string markup) => _writer.Markup(markup);

    public void AppendFormatted(string? text) => _writer.Text(text);

    public void AppendFormatted(long number) => _writer.Id(number);

    public void AppendFormatted(long number, string format)
    {
        if (format != "n")
            throw new FormatException($"'{format}' is no format of a number in a page; 'n' groups its digits.");
        _writer.Number(number);
    }
}
