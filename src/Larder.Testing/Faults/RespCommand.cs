using System.Text;

namespace Larder.Testing.Faults;

/// <summary>A command that a <see cref="ScriptedRespServer"/> has received.</summary>
public sealed class RespCommand
{
    private readonly byte[][] _words;

    internal RespCommand(int connection, byte[][] words)
    {
        Connection = connection;
        _words = words;
        Name = Word(0).ToUpperInvariant();
    }

    /// <summary>Gets the number of the connection that it came over: 1 for the first that the server accepted.</summary>
    public int Connection { get; }

    /// <summary>Gets the command in upper case, such as <c>GET</c>.</summary>
    public string Name { get; }

    /// <summary>Gets how many arguments follow the name.</summary>
    public int Count => _words.Length - 1;

    /// <summary>Gets an argument as text in UTF-8.</summary>
    /// <param name="index">0 for the first argument.</param>
    /// <returns>The argument.</returns>
    public string this[int index] => Encoding.UTF8.GetString(Bytes(index).Span);

    /// <summary>Gets an argument as it was sent.</summary>
    /// <param name="index">0 for the first argument.</param>
    /// <returns>The bytes.</returns>
    public ReadOnlyMemory<byte> Bytes(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _words[index + 1];
    }

    /// <summary>Returns the command with its arguments; those of <c>AUTH</c> and <c>HELLO</c>, which hold passwords, as <c>…</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Name is "AUTH" or "HELLO" ? $"{Name} …" : string.Join(' ', _words.Select((_, index) => Word(index)));

    /// <summary>Whether the command begins with the words of a pattern, or the pattern is <c>*</c>.</summary>
    internal bool Matches(string[] pattern)
    {
        if (pattern is ["*"])
        {
            return true;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (i >= _words.Length || !string.Equals(pattern[i], Word(i), StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private string Word(int index) => Encoding.UTF8.GetString(_words[index]);
}
