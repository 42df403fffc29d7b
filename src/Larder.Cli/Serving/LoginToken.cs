using System.Security.Cryptography;
using System.Text;

namespace Larder.Cli.Serving;

/// <summary>The secret of a dashboard that this process serves: whoever has the address that was printed gets a cookie, and everybody else nothing.</summary>
internal sealed class LoginToken
{
    private readonly byte[] _hash;

    public LoginToken()
    {
        Text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _hash = HashOf(Text);
    }

    public string Text { get; }

    /// <summary>Compares a text, in a time that tells nothing of it.</summary>
    public bool Matches(string? text) => text is not null && CryptographicOperations.FixedTimeEquals(_hash, HashOf(text));

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
