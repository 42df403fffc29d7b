using System.Buffers;

namespace Larder.Serialization;

/// <summary>
/// Turns values into bytes for tiers that store bytes. Strings, byte arrays and integers never get here: they are stored as they are. The type
/// that a value is stored as is stored with it, and a read as another type is a miss. Must be usable by many threads at once.
/// </summary>
public interface ICacheSerializer
{
    /// <summary>
    /// Gets the number that is stored with each value, so that values of several formats can be read side by side: 1 is JSON, 2 to 63 are
    /// reserved, 64 to 127 are free for use.
    /// </summary>
    byte FormatId { get; }

    /// <summary>Writes a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value, never <see langword="null"/>.</param>
    /// <param name="output">Where to; it is for this call only.</param>
    void Serialize<T>(T value, IBufferWriter<byte> output);

    /// <summary>Reads a value. What it throws makes the entry a miss, counted.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="payload">The bytes.</param>
    /// <returns>The value.</returns>
    T? Deserialize<T>(ReadOnlySequence<byte> payload);
}
