namespace Larder.Keys;

/// <summary>
/// A glob with the meaning that Redis gives it: <c>*</c> any characters, <c>?</c> one character, <c>[abc]</c>, <c>[a-z]</c> and <c>[^a]</c> one
/// character of or not of a set, <c>\x</c> the character x. Redis takes an unfinished or empty set and an unfinished escape as they come; here
/// they are errors.
/// </summary>
internal sealed class GlobPattern
{
    private readonly Token[] _tokens;

    private GlobPattern(string text, Token[] tokens)
    {
        Text = text;
        _tokens = tokens;
    }

    private enum TokenKind : byte
    {
        Literal,
        AnyOne,
        AnyMany,
        Set,
    }

    public static GlobPattern All { get; } = Parse("*");

    public string Text { get; }

    public bool MatchesAll => _tokens is [{ Kind: TokenKind.AnyMany }];

    /// <summary>
    /// Gets a pattern that matches at least what this one does, for a server that matches bytes and not characters: its literals, and stars for the rest.
    /// </summary>
    public string Widened
    {
        get
        {
            var text = new System.Text.StringBuilder();
            foreach (var token in _tokens)
            {
                if (token.Kind == TokenKind.Literal)
                {
                    text.Append(Escape(token.Character.ToString()));
                }
                else if (text.Length == 0 || text[^1] != '*' || text.Length > 1 && text[^2] == '\\')
                {
                    text.Append('*');
                }
            }

            return text.ToString();
        }
    }

    public static GlobPattern Parse(string? pattern)
    {
        if (pattern is null)
        {
            throw new ArgumentNullException(nameof(pattern), "A pattern must not be null.");
        }

        if (pattern.Length is 0 or > Limits.DefaultMaxLength)
        {
            throw new ArgumentException($"The pattern is {pattern.Length} characters long; it must have 1 to {Limits.DefaultMaxLength}.", nameof(pattern));
        }

        if (!Utf16.IsWellFormed(pattern))
        {
            throw new ArgumentException("The pattern is not well-formed UTF-16: it holds a surrogate without its partner.", nameof(pattern));
        }

        var tokens = new List<Token>(pattern.Length);
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*':
                    if (tokens.Count == 0 || tokens[^1].Kind != TokenKind.AnyMany)
                    {
                        tokens.Add(new Token(TokenKind.AnyMany));
                    }

                    break;
                case '?':
                    tokens.Add(new Token(TokenKind.AnyOne));
                    break;
                case '[':
                    tokens.Add(ParseSet(pattern, ref at));
                    break;
                case '\\':
                    tokens.Add(new Token(TokenKind.Literal) { Character = Escaped(pattern, ref at) });
                    break;
                case var literal:
                    tokens.Add(new Token(TokenKind.Literal) { Character = literal });
                    break;
            }
        }

        return new GlobPattern(pattern, [.. tokens]);
    }

    /// <summary>Escapes text so that a pattern matches exactly it.</summary>
    public static string Escape(string text) =>
        text.AsSpan().IndexOfAny("*?[]\\^-") < 0 ? text : string.Concat(text.Select(c => "*?[]\\^-".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString()));

    /// <summary>Matches in time proportional to the product of the lengths at worst: only the last star is ever tried again.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        var tokens = _tokens;
        int token = 0, at = 0, starToken = -1, starAt = 0;
        while (at < text.Length)
        {
            if (token < tokens.Length && tokens[token].Kind == TokenKind.AnyMany)
            {
                starToken = token++;
                starAt = at;
            }
            else if (token < tokens.Length && tokens[token].Matches(text[at]))
            {
                token++;
                at++;
            }
            else if (starToken >= 0)
            {
                token = starToken + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (token < tokens.Length && tokens[token].Kind == TokenKind.AnyMany)
        {
            token++;
        }

        return token == tokens.Length;
    }

    private static Token ParseSet(string pattern, ref int at)
    {
        var start = at++;
        var negated = at < pattern.Length && pattern[at] == '^';
        if (negated)
        {
            at++;
        }

        var ranges = new List<(char Low, char High)>();
        for (; at < pattern.Length && pattern[at] != ']'; at++)
        {
            var low = pattern[at];
            var high = low;
            if (low == '\\')
            {
                low = high = Escaped(pattern, ref at);
            }
            else if (at + 2 < pattern.Length && pattern[at + 1] == '-')
            {
                // As in Redis: an escaped character begins no range, and whatever follows the '-' ends one, also a ']' or a '\\'.
                at += 2;
                high = pattern[at];
            }

            ranges.Add(low <= high ? (low, high) : (high, low));
        }

        if (at >= pattern.Length || ranges.Count == 0)
        {
            throw new ArgumentException($"The pattern '{pattern}' has a set at position {start} that is {(at >= pattern.Length ? "not closed by ']'" : "empty")}. To match a '[' write '\\['.", nameof(pattern));
        }

        return new Token(TokenKind.Set) { IsNegated = negated, Ranges = [.. ranges] };
    }

    private static char Escaped(string pattern, ref int at) => ++at < pattern.Length
        ? pattern[at]
        : throw new ArgumentException($"The pattern '{pattern}' ends with '\\', which escapes nothing. To match a '\\' write '\\\\'.", nameof(pattern));

    private readonly struct Token(TokenKind kind)
    {
        public TokenKind Kind => kind;

        public char Character { get; init; }

        public bool IsNegated { get; init; }

        public (char Low, char High)[]? Ranges { get; init; }

        public bool Matches(char character) => kind switch
        {
            TokenKind.Literal => character == Character,
            TokenKind.AnyOne => true,
            TokenKind.Set => InSet(character) != IsNegated,
            _ => false,
        };

        private bool InSet(char character)
        {
            foreach (var (low, high) in Ranges!)
            {
                if (character >= low && character <= high)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
