using System.Text;

namespace ApiExplorer.Catalog;

/// <summary>
/// What a user typed into the search box, as an expression of SQLite's full text search. Words are joined by AND, a word that
/// ends in * matches every word that begins so, and an identifier made of all words together ranks first.
/// </summary>
internal sealed class SearchQuery
{
    private const int MaximumWords = 8;
    private const int MaximumLength = 120;

    private SearchQuery(string text, string expression)
    {
        Text = text;
        Expression = expression;
    }

    /// <summary>The words in lower case with single blanks: two spellings of one search have one text, and one cache key.</summary>
    public string Text { get; }

    public string Expression { get; }

    /// <summary>The query, or null when the text holds nothing to search for.</summary>
    public static SearchQuery? Parse(string? text)
    {
        var words = Words(text is { Length: > MaximumLength } ? text[..MaximumLength] : text ?? "");
        if (words.Count == 0)
            return null;

        var expression = string.Join(' ', words.Select(Quote));
        if (words.Count > 1)
            expression = $"({expression}) OR name : {Quote(string.Concat(words.Select(word => word.TrimEnd('*'))))}";
        return new SearchQuery(string.Join(' ', words), expression);
    }

    private static List<string> Words(string text)
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

    private static string Quote(string word) => word.EndsWith('*') ? $"\"{word[..^1]}\"*" : $"\"{word}\"";
}
