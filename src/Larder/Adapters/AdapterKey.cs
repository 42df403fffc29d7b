using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Larder.Keys;

namespace Larder.Adapters;

/// <summary>
/// Keys and tags of other interfaces as those of a cache. Most are the same. What a cache refuses, because it is empty, too long or not well-formed, has a hash in its place, behind a character
/// that no other key begins with.
/// </summary>
internal static class AdapterKey
{
    private const char Mark = '\u0001';

    /// <summary>Gets the key or tag that a cache has for one.</summary>
    /// <param name="text">The key or tag.</param>
    /// <param name="maxLength">How long it may be.</param>
    public static string Of(string text, int maxLength) => IsPlain(text, maxLength) ? text : Hashed(text);

    /// <summary>Tells whether the cache has the same key.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text, int maxLength) => !text.IsEmpty && text.Length <= maxLength && text[0] != Mark && Utf16.IsWellFormed(text);

    private static string Hashed(string text) => Mark + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<char>(text)));
}
