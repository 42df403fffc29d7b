using Larder.Memory;
using Larder.Tiers;

namespace Larder.Tests.Memory;

/// <summary>An expiry and an age in one number.</summary>
public sealed class SlotLifeTests
{
    private const long LongestMs = 99L * 24 * 60 * 60 * 1000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1L << 40)]
    [InlineData((1L << 41) - 2)]
    public void An_expiry_is_kept_to_the_millisecond(long expiresAt)
    {
        Assert.Equal(expiresAt, new SlotLife(expiresAt, storedAt: 123_456_789).ExpiresAt);
        Assert.Equal(expiresAt, new SlotLife(EntryWrite.Never, storedAt: 123_456_789).Until(expiresAt).ExpiresAt);
    }

    [Theory]
    [InlineData((1L << 41) - 1)]
    [InlineData(1L << 41)]
    [InlineData(EntryWrite.Never)]
    public void What_is_to_live_for_longer_than_the_bits_last_lives_for_ever(long expiresAt) => Assert.Equal(EntryWrite.Never, new SlotLife(expiresAt, storedAt: 5).ExpiresAt);

    [Fact]
    public void An_age_is_kept_to_a_step_also_of_what_is_older_than_the_clock()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var now = random.NextInt64(1L << 40);
            var age = random.NextInt64(LongestMs);
            var life = new SlotLife(random.NextInt64(1L << 41), now - age);
            Assert.InRange(life.AgeMs(now), age, age + 1_023);
            Assert.Equal(life.AgeMs(now), life.Until(random.NextInt64(1L << 41)).AgeMs(now));
        }
    }
}
