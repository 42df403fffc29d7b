using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>
/// One entry of a shard, 40 bytes. Written under the shard's lock; read without it, validated by <see cref="Sequence"/>, which is odd while the
/// slot is being written and grows with each new value. It never goes back, so that together with the slot's place it makes the entry's version.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Slot
{
    private const byte RegionBits = 3;
    private const byte ExtrasBit = 4;

    /// <summary>The key; <see langword="null"/> while the slot is free.</summary>
    public string? Key;

    /// <summary>The value; or a <see cref="MemoryExtras"/> that holds it, if <see cref="HasExtras"/>.</summary>
    public object? Value;

    private long _life;

    public uint Hash;

    /// <summary>The next slot of the same bucket; zero for none.</summary>
    public int Next;

    public int Sequence;

    /// <summary>Set by readers, cleared when the eviction looks at the slot.</summary>
    public byte Accessed;

    private byte _state;
    private ushort _weight;

    /// <summary>When the entry expires and when its value was stored; written in one go.</summary>
    public SlotLife Life
    {
        readonly get => new(_life);
        set => Volatile.Write(ref _life, value.Bits);
    }

    public readonly long ExpiresAt => Life.ExpiresAt;

    public Region Region
    {
        readonly get => (Region)(_state & RegionBits);
        set => _state = (byte)((_state & ~RegionBits) | (byte)value);
    }

    public bool HasExtras
    {
        readonly get => (_state & ExtrasBit) != 0;
        set => _state = (byte)(value ? _state | ExtrasBit : _state & ~ExtrasBit);
    }

    /// <summary>What the entry weighs, in bytes, to a thousandth.</summary>
    public long Weight
    {
        readonly get => SlotWeight.Decode(_weight);
        set => _weight = SlotWeight.Encode(value);
    }

    /// <summary>Gets the state as readers take it along with the value.</summary>
    public readonly byte State => _state;

    public static bool HasExtrasIn(byte state) => (state & ExtrasBit) != 0;

    public static bool IsInWindow(byte state) => (state & RegionBits) == (byte)Region.Window;
}
