using System.Buffers;
using Larder.Serialization;

namespace Larder.Samples.CustomSerializer;

/// <summary>
/// Writes types that were added to it in a compact binary form, and no others. The first byte is the version of the form, so that a type can change: a version that is not
/// known throws, which makes the entry a miss. Add all types before the cache is made.
/// </summary>
public sealed class CompactSerializer : ICacheSerializer
{
    private readonly Dictionary<Type, object> _forms = [];

    /// <summary>Gets the number of the format: one of 64 to 127, and for ever.</summary>
    public byte FormatId => 64;

    /// <summary>Adds a type.</summary>
    /// <param name="version">The version of the form; another number for each form that was ever released.</param>
    /// <param name="write">Writes the members in an order.</param>
    /// <param name="read">Reads them in the same order.</param>
    public CompactSerializer Add<T>(byte version, Action<BinaryWriter, T> write, Func<BinaryReader, T> read)
    {
        _forms.Add(typeof(T), new Form<T>(version, write, read));
        return this;
    }

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var form = FormOf<T>();
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(form.Version);
        form.Write(writer, value);
        writer.Flush();
        output.Write(memory.GetBuffer().AsSpan(0, (int)memory.Length));
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(ReadOnlySequence<byte> payload)
    {
        var form = FormOf<T>();
        using var reader = new BinaryReader(new MemoryStream(payload.ToArray(), writable: false));
        var version = reader.ReadByte();
        if (version != form.Version)
        {
            throw new NotSupportedException($"Version {version} of {typeof(T)} is not known.");
        }

        var value = form.Read(reader);
        return reader.BaseStream.Position == reader.BaseStream.Length ? value : throw new InvalidDataException($"{typeof(T)} is longer than it should be.");
    }

    private Form<T> FormOf<T>() =>
        _forms.TryGetValue(typeof(T), out var form) ? (Form<T>)form : throw new NotSupportedException($"{typeof(T)} has no compact form. Add one, or give its cache another serializer.");

    private sealed record Form<T>(byte Version, Action<BinaryWriter, T> Write, Func<BinaryReader, T> Read);
}
