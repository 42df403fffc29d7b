using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Larder.Keys;

namespace Larder;

/// <summary>The checks of arguments, each naming the value and the limit.</summary>
internal static class Limits
{
    public const int DefaultMaxLength = 1024;

    /// <summary>The longest header of a stored entry in bytes: the most tags, all of the longest, and what else there is.</summary>
    public const int MaxHeaderLength = 4 * 1024 * 1024;

    /// <summary>The longest time that is handed to a timer: they take a little less than 50 days.</summary>
    public static TimeSpan LongestTimer { get; } = TimeSpan.FromDays(24);

    public static void RequirePositive(TimeSpan value, string name, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string? parameter = null)
    {
        if (value <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(parameter, value, $"{name} is {value}, and must be above zero. For no expiry use CacheTtl.Never.");
        }
    }

    /// <summary>Makes a duration one that timers take: who may wait for ever, with <see cref="CacheTtl.Never"/>, waits for the longest time that they know.</summary>
    public static TimeSpan Timer(TimeSpan duration) => duration > LongestTimer ? LongestTimer : duration;

    public static void RequireKey(ReadOnlySpan<char> key, bool isNull, int maxLength, string parameter)
    {
        if (isNull)
        {
            throw new ArgumentNullException(parameter, "A cache key must not be null.");
        }

        RequireText(key, maxLength, parameter, "cache key");
    }

    public static void RequireTag([NotNull] string? tag, int maxLength)
    {
        if (tag is null)
        {
            throw new ArgumentNullException(nameof(tag), "A tag must not be null.");
        }

        RequireText(tag, maxLength, nameof(tag), "tag");
    }

    public static void RequireTagCount(int count, int maxCount, string parameter)
    {
        if (count > maxCount)
        {
            throw new ArgumentException($"An entry was given {count} tags; the limit, CacheOptions.MaxTagsPerEntry, is {maxCount}.", parameter);
        }
    }

    private static void RequireText(ReadOnlySpan<char> text, int maxLength, string parameter, string what)
    {
        if (text.IsEmpty)
        {
            throw new ArgumentException($"A {what} must not be empty.", parameter);
        }

        if (text.Length > maxLength)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The {what} '{text[..Math.Min(text.Length, 32)]}...' is {text.Length:N0} characters long with its prefix; the limit is {maxLength:N0}. Hash long keys, or raise the limit in CacheOptions."),
                parameter);
        }

        if (!Utf16.IsWellFormed(text))
        {
            throw new ArgumentException($"The {what} is not well-formed UTF-16: it holds a surrogate without its partner, and would become the same as other such {what}s in UTF-8.", parameter);
        }
    }
}
