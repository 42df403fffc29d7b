using System.Text.RegularExpressions;

namespace Larder.Mutation;

/// <summary>One change of one line.</summary>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Line">The line, from 0.</param>
/// <param name="Before">What it is.</param>
/// <param name="After">What it becomes.</param>
internal sealed partial record Mutant(string File, int Line, string Before, string After)
{
    private static readonly (string From, string To)[] s_operators =
    [
        (" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "), (" == ", " != "), (" != ", " == "), (" && ", " || "), (" || ", " && "),
        (" + ", " - "), (" - ", " + "), (" * ", " / "), (" / ", " * "), (" % ", " * "), (" += ", " -= "), (" -= ", " += "), ("++", "--"), ("--", "++"),
        (" is null", " is not null"), (" is not null", " is null"), ("true", "false"), ("false", "true"), (" = 0;", " = 1;"), (" = 1;", " = 0;"),
    ];

    /// <summary>Finds all changes of a file.</summary>
    public static IEnumerable<Mutant> Find(string root, string file)
    {
        var lines = System.IO.File.ReadAllLines(Path.Combine(root, file));
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (var after in IsCode(lines[i]) ? Changes(lines[i]).Distinct() : [])
            {
                yield return new Mutant(file, i, lines[i], after);
            }
        }
    }

    public override string ToString() => $"{File}:{Line + 1}: {Before.Trim()}  ->  {(After.Trim().Length == 0 ? "(nothing)" : After.Trim())}";

    private static IEnumerable<string> Changes(string line)
    {
        foreach (var (from, to) in s_operators)
        {
            for (var at = line.IndexOf(from, StringComparison.Ordinal); at >= 0; at = line.IndexOf(from, at + 1, StringComparison.Ordinal))
            {
                if (!IsInText(line, at) && !line[..at].EndsWith("ConfigureAwait(", StringComparison.Ordinal) && !IsPartOfWord(line, at, from))
                {
                    yield return line[..at] + to + line[(at + from.Length)..];
                }
            }
        }

        if (Condition().Match(line) is { Success: true } condition)
        {
            yield return $"{condition.Groups[1].Value}(!({condition.Groups[2].Value}))";
        }

        if (Call().IsMatch(line))
        {
            yield return "";
        }
    }

    /// <summary>Comments, attributes, constants and what only tells or guards is left out: no test is to notice it; nor can one notice a barrier on a processor that keeps the order by itself.</summary>
    private static bool IsCode(string line)
    {
        var text = line.TrimStart();
        return text.Length > 0 && !text.StartsWith("//", StringComparison.Ordinal) && text[0] is not ('[' or '#') && !text.StartsWith("using ", StringComparison.Ordinal)
            && !Passive().IsMatch(text);
    }

    private static bool IsInText(string line, int at) => line.AsSpan(0, at).Count('"') % 2 == 1 || line.IndexOf("//", StringComparison.Ordinal) is >= 0 and var comment && comment < at;

    private static bool IsPartOfWord(string line, int at, string word) =>
        char.IsLetter(word[0]) && ((at > 0 && (char.IsLetterOrDigit(line[at - 1]) || line[at - 1] is '_' or '.')) || (at + word.Length < line.Length && char.IsLetterOrDigit(line[at + word.Length])));

    [GeneratedRegex(@"^(\s*(?:else )?if )\((.*)\)$")]
    private static partial Regex Condition();

    [GeneratedRegex(@"^\s+(?:await )?[\w.?!\[\]]+\(.*\);$")]
    private static partial Regex Call();

    [GeneratedRegex(@"\bconst\b|\bthrow\b|ThrowIf|Barrier\(|Log\.|Debug\.|\bDescription\b|MethodImpl|activity|nameof\(|\bstatic readonly\b")]
    private static partial Regex Passive();
}
