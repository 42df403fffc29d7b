using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ApiExplorer.Pages;

/// <summary>Collects HTML. What stands in the holes of an interpolated string is encoded, what stands between them is not.</summary>
internal sealed class HtmlWriter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _output = new();

    public void Write([InterpolatedStringHandlerArgument("")] HtmlInterpolation html) => _ = html;

    /// <summary>Writes markup that is known when the program is compiled.</summary>
    public void Markup(string markup) => _output.Append(markup);

    public void Text(string? text)
    {
        if (!string.IsNullOrEmpty(text))
            _output.Append(Encoder.Encode(text));
    }

    public void Number(long number) => _output.Append(CultureInfo.InvariantCulture, $"{number:N0}");

    /// <summary>An id in an address or attribute: digits only.</summary>
    public void Id(long id) => _output.Append(CultureInfo.InvariantCulture, $"{id}");

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_output.ToString());
}
