using System.Numerics;

namespace Larder.Memory;

/// <summary>
/// Weights in 16 bits, as small floating-point numbers: 10 bits of mantissa, 6 of exponent. Rounded up, by less than a thousandth; sums are made of
/// the rounded weights, so that what is added on storing is exactly what is taken on removing.
/// </summary>
internal static class SlotWeight
{
    private const int MantissaBits = 10;
    private const int Implicit = 1 << MantissaBits;

    private const long MostBytes = 1L << 60;

    /// <summary>Gets the weight that is kept for a weight.</summary>
    public static long Round(long weight) => Decode(Encode(weight));

    public static ushort Encode(long weight)
    {
        weight = Math.Min(weight, MostBytes);
        if (weight < Implicit)
        {
            return (ushort)Math.Max(weight, 0);
        }

        var exponent = BitOperations.Log2((ulong)weight) - MantissaBits;
        var mantissa = (weight + (1L << exponent) - 1) >> exponent;
        if (mantissa == 2 * Implicit)
        {
            mantissa = Implicit;
            exponent++;
        }

        return (ushort)(((exponent + 1) << MantissaBits) | (int)(mantissa - Implicit));
    }

    public static long Decode(ushort encoded)
    {
        var exponent = encoded >> MantissaBits;
        var mantissa = encoded & (Implicit - 1);
        return exponent == 0 ? mantissa : (long)(mantissa + Implicit) << (exponent - 1);
    }
}
