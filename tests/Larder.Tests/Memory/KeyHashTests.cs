using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>The hash of keys is the one that it says to be, for keys of all lengths.</summary>
public sealed class KeyHashTests
{
    private const ulong First = 0x1234_5678_9ABC_DEF1;
    private const ulong Second = 0xFEDC_BA98_7654_3211;

    [Fact]
    public void It_is_that_of_the_construction()
    {
        var random = new Random(1);
        for (var length = 0; length <= 200; length++)
        {
            var key = string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next(1, char.MaxValue)));

            Assert.True(Expected(MemoryMarshal.AsBytes(key.AsSpan())) == KeyHash.Of(key, First, Second), $"{length} characters");
        }
    }

    [Fact]
    public void Each_character_and_each_secret_counts()
    {
        for (var length = 1; length <= 60; length++)
        {
            var key = new string('a', length);
            var hash = KeyHash.Of(key, First, Second);
            for (var at = 0; at < length; at++)
            {
                Assert.NotEqual(hash, KeyHash.Of($"{key[..at]}b{key[(at + 1)..]}", First, Second));
            }

            Assert.NotEqual(hash, KeyHash.Of(key, First + 2, Second));
            Assert.NotEqual(hash, KeyHash.Of(key, First, Second + 2));
            Assert.NotEqual(hash, KeyHash.Of(key + 'a', First, Second));
        }
    }

    [Fact]
    public void What_stands_around_a_span_does_not_count()
    {
        for (var length = 0; length <= 60; length++)
        {
            var key = new string('a', length);

            Assert.Equal(KeyHash.Of(key), KeyHash.Of($"bbbb{key}bbbb".AsSpan(4, length)));
        }
    }

    /// <summary>The construction in plain words: 16 bytes at a time, from 33 on in two strands that take turns, the last 16 by themselves.</summary>
    private static uint Expected(ReadOnlySpan<byte> key)
    {
        var length = (ulong)key.Length;
        var state = Second ^ length;
        var last = key.Length > 16 ? key[^16..] : key;
        if (key.Length > 32)
        {
            var other = state;
            for (; key.Length > 32; key = key[32..])
            {
                state = Fold(Word(key) ^ First, Word(key[8..]) ^ state);
                other = Fold(Word(key[16..]) ^ Second, Word(key[24..]) ^ other);
            }

            state ^= other;
        }

        for (; key.Length > 16; key = key[16..])
        {
            state = Fold(Word(key) ^ First, Word(key[8..]) ^ state);
        }

        var (a, b) = last.Length switch
        {
            >= 8 => (Word(last), Word(last[^8..])),
            >= 4 => (BinaryPrimitives.ReadUInt32LittleEndian(last), BinaryPrimitives.ReadUInt32LittleEndian(last[^4..])),
            >= 2 => (BinaryPrimitives.ReadUInt16LittleEndian(last), 0UL),
            _ => (0UL, 0UL),
        };
        var hash = Fold(First ^ length, Fold(a ^ First, b ^ state));
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private static ulong Fold(ulong a, ulong b)
    {
        var product = (UInt128)a * b;
        return (ulong)product ^ (ulong)(product >> 64);
    }
}
