namespace Larder.Conventions;

/// <summary>Tells code from comments and literals, just well enough for rules that look at text. It is no parser.</summary>
internal static class CSharpLexer
{
    /// <summary>The text with comments and the insides of literals replaced by spaces; every position and line break stays.</summary>
    public static string CodeOnly(string text) => Blank(text, keepComments: false);

    /// <summary>The text with the insides of literals replaced by spaces; comments stay.</summary>
    public static string CodeAndComments(string text) => Blank(text, keepComments: true);

    private static string Blank(string text, bool keepComments)
    {
        var result = text.ToCharArray();
        var at = 0;
        while (at < text.Length)
        {
            var end = EndOfComment(text, at);
            if (end > at)
            {
                if (!keepComments)
                {
                    Clear(result, at, end);
                }
            }
            else
            {
                end = EndOfLiteral(text, at);
                Clear(result, at, end);
            }

            at = Math.Max(end, at + 1);
        }

        return new string(result);
    }

    /// <summary>Where the comment that starts here ends, or <paramref name="at"/> if none starts here.</summary>
    public static int EndOfComment(string text, int at)
    {
        if (Starts(text, at, "//"))
        {
            var end = text.IndexOf('\n', at);
            return end < 0 ? text.Length : end;
        }

        if (Starts(text, at, "/*"))
        {
            var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            return end < 0 ? text.Length : end + 2;
        }

        return at;
    }

    /// <summary>Where the string or character literal that starts here ends, or <paramref name="at"/> if none starts here.</summary>
    public static int EndOfLiteral(string text, int at)
    {
        if (text[at] == '\'')
        {
            return EndOfQuoted(text, at + 1, '\'');
        }

        var quote = at;
        var dollars = 0;
        var verbatim = false;
        for (; quote < text.Length && text[quote] is '$' or '@'; quote++)
        {
            dollars += text[quote] == '$' ? 1 : 0;
            verbatim |= text[quote] == '@';
        }

        if (quote >= text.Length || text[quote] != '"')
        {
            return at;
        }

        var quotes = CountRun(text, quote, '"');
        if (quotes >= 3 && !verbatim)
        {
            return EndOfRaw(text, quote, quotes);
        }

        return (verbatim, dollars) switch
        {
            (true, 0) => EndOfVerbatim(text, quote + 1),
            (_, > 0) => EndOfInterpolated(text, quote + 1, verbatim),
            _ => EndOfQuoted(text, quote + 1, '"'),
        };
    }

    private static int EndOfQuoted(string text, int at, char quote)
    {
        while (at < text.Length && text[at] != quote && text[at] != '\n')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        return Math.Min(at + 1, text.Length);
    }

    private static int EndOfVerbatim(string text, int at)
    {
        while (at < text.Length && (text[at] != '"' || Starts(text, at, "\"\"")))
        {
            at += text[at] == '"' ? 2 : 1;
        }

        return Math.Min(at + 1, text.Length);
    }

    private static int EndOfRaw(string text, int at, int quotes)
    {
        var end = text.IndexOf(new string('"', quotes), at + quotes, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + CountRun(text, end, '"');
    }

    private static int EndOfInterpolated(string text, int at, bool verbatim)
    {
        while (at < text.Length && text[at] != '"')
        {
            if (Starts(text, at, "{{") || (verbatim && Starts(text, at, "\"\"")) || (!verbatim && text[at] == '\\'))
            {
                at += 2;
            }
            else
            {
                at = text[at] == '{' ? EndOfHole(text, at + 1) : at + 1;
            }

            if (verbatim && Starts(text, at, "\"\""))
            {
                at += 2;
            }
        }

        return Math.Min(at + 1, text.Length);
    }

    private static int EndOfHole(string text, int at)
    {
        for (var depth = 1; at < text.Length; at++)
        {
            var end = EndOfLiteral(text, at);
            if (end > at)
            {
                at = end - 1;
                continue;
            }

            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at + 1;
            }
        }

        return text.Length;
    }

    private static int CountRun(string text, int at, char c)
    {
        var end = at;
        while (end < text.Length && text[end] == c)
        {
            end++;
        }

        return end - at;
    }

    private static bool Starts(string text, int at, string what) =>
        string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private static void Clear(char[] text, int start, int end)
    {
        for (var i = start; i < end && i < text.Length; i++)
        {
            text[i] = text[i] == '\n' ? '\n' : ' ';
        }
    }
}
