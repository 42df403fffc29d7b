using System.Text;
using System.Xml;

namespace ApiExplorer.Import;

/// <summary>The summaries of the XML documentation beside the reference assemblies, by documentation id.</summary>
internal sealed class DocumentationFiles
{
    private readonly Dictionary<string, string> _summaries = new(StringComparer.Ordinal);

    public int Count => _summaries.Count;

    /// <summary>The summary as plain text; empty when there is none.</summary>
    public string Summary(string documentationId) => _summaries.GetValueOrDefault(documentationId, "");

    /// <summary>Reads one file; members already known keep their text.</summary>
    public void Read(string path)
    {
        using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, IgnoreComments = true });
        string? member = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
                continue;

            if (reader.Name == "member")
                member = reader.GetAttribute("name");
            else if (reader.Name == "summary" && member is not null && !reader.IsEmptyElement)
                Add(member, ReadText(reader));
        }
    }

    private void Add(string member, string summary)
    {
        if (summary.Length > 0)
            _summaries.TryAdd(member, summary);
    }

    /// <summary>Flattens a summary's markup: references become names, white space becomes single blanks.</summary>
    private static string ReadText(XmlReader reader)
    {
        var output = new StringBuilder();
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                output.Append(reader.Value);
            else if (reader.NodeType is XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
                output.Append(' ');
            else if (reader.NodeType == XmlNodeType.Element)
                AppendReference(output, reader);
        }

        return string.Join(' ', output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static void AppendReference(StringBuilder output, XmlReader reader)
    {
        if (reader.Name is "para" or "br" or "item")
            output.Append(' ');
        else if (!reader.IsEmptyElement)
            return;
        else if (reader.GetAttribute("langword") is { } keyword)
            output.Append(keyword);
        else if (reader.GetAttribute("cref") is { } reference)
            output.Append(ShortName(reference));
        else
            output.Append(reader.GetAttribute("name") ?? reader.GetAttribute("href"));
    }

    /// <summary><c>M:System.String.Format(System.String)</c> is <c>String.Format</c>, <c>T:System.String</c> is <c>String</c>.</summary>
    private static string ShortName(string reference)
    {
        var isType = reference.StartsWith("T:", StringComparison.Ordinal);
        var name = reference.Length > 2 && reference[1] == ':' ? reference[2..] : reference;
        name = name.Split('(')[0];
        var parts = name.Split('.');
        var text = isType || parts.Length < 2 ? parts[^1] : $"{parts[^2]}.{parts[^1]}";
        var tick = text.IndexOf('`', StringComparison.Ordinal);
        return (tick < 0 ? text : text[..tick]).Replace("#ctor", "constructor", StringComparison.Ordinal);
    }
}
