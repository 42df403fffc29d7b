using System.Globalization;
using System.Text.Json.Serialization;

namespace Larder;

/// <summary>A share of a whole, from 0 to 1. It is compared as a fraction and written as a percentage, and so never one for the other; it converts to a <see cref="double"/>.</summary>
[JsonConverter(typeof(Diagnostics.RatioJsonConverter))]
public readonly record struct Ratio : IComparable<Ratio>, IFormattable
{
    /// <summary>Makes a ratio of a fraction.</summary>
    /// <param name="fraction">The fraction; 0 to 1. Seventy percent are <c>0.7</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is out of its range.</exception>
    public Ratio(double fraction) => Fraction = fraction is >= 0 and <= 1
        ? fraction
        : throw new ArgumentOutOfRangeException(nameof(fraction), fraction, string.Create(CultureInfo.InvariantCulture, $"A ratio is {fraction}, and must be a fraction from 0 to 1: seventy percent are 0.7."));

    /// <summary>Gets the fraction, 0 to 1.</summary>
    public double Fraction { get; }

    /// <summary>Takes the fraction.</summary>
    /// <param name="ratio">The ratio.</param>
    public static implicit operator double(Ratio ratio) => ratio.Fraction;

    /// <summary>Makes the ratio of a part to a whole.</summary>
    /// <param name="part">The part; 0 or above.</param>
    /// <param name="whole">The whole; at least the part.</param>
    /// <returns>The ratio; <see langword="null"/> when the whole is zero.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not one of the whole.</exception>
    public static Ratio? Of(long part, long whole) => whole == 0 ? null : new Ratio((double)part / whole);

    /// <inheritdoc/>
    public int CompareTo(Ratio other) => Fraction.CompareTo(other.Fraction);

    /// <summary>Writes it as a percentage with one digit, such as <c>65.0 %</c>, whatever the culture.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <summary>Writes it as a percentage with one digit, or in a format of numbers.</summary>
    /// <param name="format">The format of the fraction; <see langword="null"/> or empty for <c>65.0 %</c>.</param>
    /// <param name="formatProvider">How numbers are written.</param>
    /// <returns>The text.</returns>
    public string ToString(string? format, IFormatProvider? formatProvider) => string.IsNullOrEmpty(format)
        ? string.Create(formatProvider ?? CultureInfo.InvariantCulture, $"{Fraction * 100:0.0} %")
        : Fraction.ToString(format, formatProvider);
}
