using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// When an entry expires and when its value was stored, in the eight bytes of one number, so that both are read in one go: 41 bits for the expiry in milliseconds, with all
/// bits set for never, and 23 bits for the time of storing, in steps of 1,024 ms that begin again after 99 days.
/// </summary>
internal readonly struct SlotLife(long bits)
{
    private const int ExpiryBits = 41;
    private const int StepBits = 10;
    private const long NeverBits = (1L << ExpiryBits) - 1;
    private const long StepMask = (1L << (64 - ExpiryBits)) - 1;

    public SlotLife(long expiresAt, long storedAt)
        : this(((storedAt >> StepBits) << ExpiryBits) | Math.Min(expiresAt, NeverBits))
    {
    }

    public long Bits => bits;

    /// <summary>Gets when the entry expires. What is to live for more than 69 years lives for ever.</summary>
    public long ExpiresAt => (bits & NeverBits) is var expiresAt && expiresAt == NeverBits ? EntryWrite.Never : expiresAt;

    /// <summary>Gives the same value another expiry.</summary>
    public SlotLife Until(long expiresAt) => new((bits & ~NeverBits) | Math.Min(expiresAt, NeverBits));

    /// <summary>Gets how long ago the value was stored, in milliseconds; up to a second too much.</summary>
    public long AgeMs(long nowMs)
    {
        var steps = ((nowMs >> StepBits) - (bits >>> ExpiryBits)) & StepMask;
        return (steps << StepBits) + (nowMs & ((1 << StepBits) - 1));
    }
}
