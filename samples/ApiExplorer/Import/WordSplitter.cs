using System.Text;

namespace ApiExplorer.Import;

/// <summary>Splits identifiers into the words that people search for.</summary>
internal static class WordSplitter
{
    /// <summary>"JsonSerializer" is "Json Serializer", "IOException" is "IO Exception"; punctuation is left out.</summary>
    public static string Split(string identifier)
    {
        var output = new StringBuilder();
        for (var i = 0; i < identifier.Length; i++)
        {
            if (!char.IsLetterOrDigit(identifier[i]))
                AppendBlank(output);
            else
            {
                if (StartsWord(identifier, i))
                    AppendBlank(output);
                output.Append(identifier[i]);
            }
        }

        return output.ToString().TrimEnd();
    }

    private static bool StartsWord(string text, int index)
    {
        if (index == 0 || !char.IsUpper(text[index]))
            return false;

        var afterLower = char.IsLower(text[index - 1]) || char.IsDigit(text[index - 1]);
        var beforeLower = index + 1 < text.Length && char.IsLower(text[index + 1]);
        return afterLower || (char.IsUpper(text[index - 1]) && beforeLower);
    }

    private static void AppendBlank(StringBuilder output)
    {
        if (output.Length > 0 && output[^1] != ' ')
            output.Append(' ');
    }
}
