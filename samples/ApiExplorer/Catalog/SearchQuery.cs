using System.Text;

namespace ApiExplorer.Catalog;

/// <summary>What a user typed into the search box: words that must all be found.</summary>
internal sealed class SearchQuery
{
    private const int MaximumWords = 8;
    private const int MaximumLength = 120;

    private SearchQuery(List<string> words)
    {
        Text = string.Join(' ', words);
        Words = words;
    }

    /// <summary>The words in lower case with single blanks: two spellings of one search have one text, and one cache key.</summary>
    public string Text { get; }

    /// <summary>At least one: letters and digits in lower case, with a * behind one that begins a word.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The query, or null when the text holds nothing to search for.</summary>
    public static SearchQuery? Parse(string? text)
    {
        var words = Split(text is { Length: > MaximumLength } ? text[..MaximumLength] : text ?? "");
        return words.Count == 0 ? null : new SearchQuery(words);
    }

    private static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var character in text.ToLowerInvariant().Append(' '))
        {
            if (char.IsLetterOrDigit(character))
            {
                word.Append(character);
                continue;
            }

            if (word.Length > 0 && words.Count < MaximumWords)
                words.Add(character == '*' ? $"{word}*" : word.ToString());
            word.Clear();
        }

        return words;
    }
}
