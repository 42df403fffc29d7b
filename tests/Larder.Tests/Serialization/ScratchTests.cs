using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Larder.Serialization;

namespace Larder.Tests.Serialization;

/// <summary>Values are serialized into a buffer that the thread keeps, and leave it with bytes of their own.</summary>
public sealed class ScratchTests
{
    private readonly SerializerSet _serializers = new(new JsonCacheSerializer());

    [Fact]
    public void A_value_takes_an_array_of_its_own_length()
    {
        var stored = Payload.Write(new Product(1, new string('x', 1000)), _serializers);

        Assert.True(MemoryMarshal.TryGetArray(stored.Payload, out var array));
        Assert.Equal(stored.Payload.Length, array.Array!.Length);
    }

    [Fact]
    public void Values_that_are_written_after_each_other_do_not_share_bytes()
    {
        var first = Payload.Write(new Product(1, new string('a', 1000)), _serializers);
        var second = Payload.Write(new Product(2, "b"), _serializers);

        Assert.Equal(new Product(1, new string('a', 1000)), Read<Product>(first));
        Assert.Equal(new Product(2, "b"), Read<Product>(second));
    }

    [Fact]
    public void A_large_value_and_the_one_after_it_come_back()
    {
        var large = new Product(1, new string('a', 300_000));
        var stored = Payload.Write(large, _serializers);
        var next = Payload.Write(new Product(2, "b"), _serializers);

        Assert.Equal(large, Read<Product>(stored));
        Assert.Equal(new Product(2, "b"), Read<Product>(next));
    }

    [Fact]
    public void A_serializer_that_fails_halfway_leaves_nothing_in_the_next_value()
    {
        var failing = new SerializerSet(new Halfway(_ => throw new NotSupportedException()));

        Assert.Throws<CacheSerializationException>(() => Payload.Write(new Product(1, "a"), failing));
        Assert.Equal(new Product(2, "b"), Read<Product>(Payload.Write(new Product(2, "b"), _serializers)));
    }

    [Fact]
    public void A_serializer_may_write_another_value_while_it_writes_one()
    {
        var inner = default(StoredValue);
        var outer = Payload.Write(new Product(1, "a"), new SerializerSet(new Halfway(_ => inner = Payload.Write(new Product(2, "b"), _serializers))));

        Assert.Equal("halfway and the rest", Encoding.UTF8.GetString(outer.Payload.Span));
        Assert.Equal(new Product(2, "b"), Read<Product>(inner));
    }

    [Fact]
    public void A_value_of_1_KB_allocates_little_beside_its_bytes()
    {
        var product = new Product(1, new string('x', 1000));
        for (var i = 0; i < 100; i++)
        {
            Payload.Write(product, _serializers);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var length = Payload.Write(product, _serializers).Payload.Length;

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, length, length + 600);
    }

    private T? Read<T>(StoredValue stored)
    {
        Assert.True(Payload.TryRead<T>(stored, _serializers, out var value));
        return value;
    }

    private sealed class Halfway(Action<IBufferWriter<byte>> then) : ICacheSerializer
    {
        public byte FormatId => 90;

        public void Serialize<T>(T value, IBufferWriter<byte> output)
        {
            output.Write("halfway"u8);
            then(output);
            output.Write(" and the rest"u8);
        }

        public T? Deserialize<T>(ReadOnlySequence<byte> payload) => default;
    }
}
