using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>
/// Splits a block into using directives, types, members and statements. It knows only brackets, semicolons and the words at the start of
/// an item; whether the code is right is for the compiler to say.
/// </summary>
internal static partial class SnippetParser
{
    private const string Modifiers =
        @"(?:(?:public|private|protected|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe|new|required|virtual" +
        @"|override|extern|async)\s)*";

    private const string DelegateStart = @"delegate\s+[\w<>.?,\[\]() ]+\s\w+(?:<[^>]*>)?\(";
    private const string RecordStart = @"record\s+(?:class\s+|struct\s+)?\w+\s*[<({;:]";
    private const string TypeName = @"[\w.]+(?:<[^=;{]*>)?[?\[\]]*";
    private const string MethodName = @"\w+(?:<[\w, ]*>)?\([^;{]*\)";

    public static IReadOnlyList<SnippetItem> Parse(CodeBlock block)
    {
        var items = new List<SnippetItem>();
        var code = CSharpLexer.CodeOnly(block.Code);
        var start = 0;
        while (start < code.Length)
        {
            var end = EndOfItem(code, start);
            if (code[start..end].Trim().Length > 0)
            {
                var line = block.Line + block.Code.AsSpan(0, start).Count('\n');
                items.Add(Classify(code[start..end], block.Code[start..end], line));
            }

            start = end;
        }

        return items;
    }

    private static SnippetItem Classify(string code, string text, int line)
    {
        var head = Head(code);
        var kind =
            UsingDirective().IsMatch(code.Trim()) ? SnippetItemKind.Using :
            NamespaceStart().IsMatch(head) ? SnippetItemKind.Namespace :
            TypeStart().IsMatch(head) ? SnippetItemKind.Type :
            MemberStart().IsMatch(head) ? SnippetItemKind.Member :
            SnippetItemKind.Statement;
        var returnsValue = kind == SnippetItemKind.Statement && !LocalFunction().IsMatch(head) && ReturnsValue(code);
        return new SnippetItem(kind, line, text, returnsValue);
    }

    /// <summary>The start of an item without its attributes and preprocessor lines, in one line.</summary>
    private static string Head(string code)
    {
        var head = Preprocessor().Replace(code, "").Trim();
        while (head.StartsWith('['))
        {
            var depth = 0;
            var at = 0;
            do
            {
                depth += head[at] switch { '[' => 1, ']' => -1, _ => 0 };
                at++;
            }
            while (depth > 0 && at < head.Length);
            head = head[at..].TrimStart();
        }

        return Blanks().Replace(head, " ");
    }

    /// <summary>An item ends at a semicolon outside all brackets, or at a closing brace that nothing carries on.</summary>
    private static int EndOfItem(string code, int start)
    {
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            switch (code[at])
            {
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    depth--;
                    if (depth == 0 && code[at] == '}' && !Continues(code, start, at + 1))
                    {
                        return at + 1;
                    }

                    break;
                case ';' when depth == 0 && !Continuation().IsMatch(code[(at + 1)..]):
                    return at + 1;
            }
        }

        return code.Length;
    }

    private static bool Continues(string code, int start, int at)
    {
        var rest = code[at..];
        return Operator().IsMatch(rest) || Continuation().IsMatch(rest) || (DoStart().IsMatch(code[start..]) && WhileStart().IsMatch(rest));
    }

    private static bool ReturnsValue(string code)
    {
        var at = 0;
        while (Return().Match(code, at) is { Success: true } match)
        {
            if (!IsInsideFunction(code, match.Index))
            {
                return true;
            }

            at = match.Index + match.Length;
        }

        return false;
    }

    /// <summary>Whether a position is inside the braces of a lambda or of an anonymous method.</summary>
    private static bool IsInsideFunction(string code, int position)
    {
        var open = new Stack<bool>();
        for (var at = 0; at < position; at++)
        {
            if (code[at] == '{')
            {
                open.Push(FunctionBody().IsMatch(code[..at]));
            }
            else if (code[at] == '}' && open.Count > 0)
            {
                open.Pop();
            }
        }

        return open.Contains(true);
    }

    [GeneratedRegex(@"^(?:global\s+)?using\s+(?:static\s+)?(?:unsafe\s+)?(?:\w+\s*=\s*[^;]+|[\w.:]+(?:<[^;]*>)?)\s*;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^namespace\s")]
    private static partial Regex NamespaceStart();

    [GeneratedRegex("^" + Modifiers + "(?:(?:class|struct|interface|enum)\\s|" + DelegateStart + "|" + RecordStart + ")")]
    private static partial Regex TypeStart();

    [GeneratedRegex(@"^(?:static\s|async\s|partial\s)*(?:public|private|protected|internal|override|virtual|abstract)\s")]
    private static partial Regex MemberStart();

    [GeneratedRegex(@"^(?:static\s|async\s|unsafe\s)*" + TypeName + @"\s" + MethodName + @"\s*(?:where[^{]*)?(?:\{|=>)")]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"^[ \t]*#.*$", RegexOptions.Multiline)]
    private static partial Regex Preprocessor();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^\s*(?:[;.,)?:\[=!&|+\-*/%^<>]|(?:switch|with|is|as|and|or|when)\b)")]
    private static partial Regex Operator();

    [GeneratedRegex(@"^\s*(?:else|catch|finally)\b")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^\s*do\b")]
    private static partial Regex DoStart();

    [GeneratedRegex(@"^\s*while\b")]
    private static partial Regex WhileStart();

    [GeneratedRegex(@"\breturn\b\s*[^\s;]")]
    private static partial Regex Return();

    [GeneratedRegex(@"(?:=>|\bdelegate\b(?:\s*\([^)]*\))?)\s*$")]
    private static partial Regex FunctionBody();
}
