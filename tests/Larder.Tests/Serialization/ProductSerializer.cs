using System.Buffers;
using System.Text;
using Larder.Serialization;

namespace Larder.Tests.Serialization;

/// <summary>Stores products as "id;name"; refuses the id -1 in both directions.</summary>
internal sealed class ProductSerializer : ICacheSerializer
{
    public byte FormatId { get; init; } = 64;

    /// <summary>Gets or sets whether the serializer refuses to read anything.</summary>
    public bool RefusesToRead { get; set; }

    public int Reads { get; private set; }

    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        var product = (Product)(object)value!;
        output.Write(product.Id >= 0 ? Encoding.UTF8.GetBytes($"{product.Id};{product.Name}") : throw new NotSupportedException("No negative products."));
    }

    public T? Deserialize<T>(ReadOnlySequence<byte> payload)
    {
        Reads++;
        if (RefusesToRead)
        {
            throw new OperationCanceledException("It has its reasons.");
        }

        var parts = Encoding.UTF8.GetString(payload).Split(';');
        return (T)(object)new Product(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts[1]);
    }
}
