using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Larder.Serialization;

namespace Larder.Samples.EncryptedValues;

/// <summary>
/// Encrypts what another serializer writes, by AES-GCM. A value is the number of its key, a random nonce, the tag and the ciphertext; the number and the type are
/// authenticated with it, so that a value cannot be passed off as one of another type. What was changed, or is of a key that is not known, throws, which makes the entry a miss.
/// </summary>
public sealed class EncryptingSerializer : ICacheSerializer
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + NonceBytes + TagBytes;

    private readonly ICacheSerializer _inner;
    private readonly Dictionary<byte, byte[]> _keys;
    private readonly byte _current;

    /// <param name="inner">Writes and reads the plain values.</param>
    /// <param name="keys">The keys by their numbers, 32 bytes each.</param>
    /// <param name="current">The number of the key that encrypts; the others only decrypt.</param>
    public EncryptingSerializer(ICacheSerializer inner, IReadOnlyDictionary<byte, byte[]> keys, byte current)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(keys);
        if (!keys.ContainsKey(current) || keys.Values.Any(key => key.Length != 32))
        {
            throw new ArgumentException($"Key {current} is to encrypt: it must be among the keys, and each must have 32 bytes.", nameof(keys));
        }

        (_inner, _keys, _current) = (inner, keys.ToDictionary(), current);
    }

    /// <inheritdoc/>
    public byte FormatId => 65;

    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var plain = new ArrayBufferWriter<byte>();
        _inner.Serialize(value, plain);

        var sealedValue = output.GetSpan(HeaderBytes + plain.WrittenCount)[..(HeaderBytes + plain.WrittenCount)];
        sealedValue[0] = _current;
        var nonce = sealedValue.Slice(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[_current], TagBytes);
        aes.Encrypt(nonce, plain.WrittenSpan, sealedValue[HeaderBytes..], sealedValue.Slice(1 + NonceBytes, TagBytes), ContextOf<T>(_current));
        output.Advance(sealedValue.Length);
        plain.Clear();
    }

    /// <inheritdoc/>
    public T? Deserialize<T>(ReadOnlySequence<byte> payload)
    {
        var sealedValue = payload.ToArray();
        if (sealedValue.Length < HeaderBytes || !_keys.TryGetValue(sealedValue[0], out var key))
        {
            throw new CryptographicException("The value is not encrypted, or its key is not known.");
        }

        var plain = new byte[sealedValue.Length - HeaderBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(sealedValue.AsSpan(1, NonceBytes), sealedValue.AsSpan(HeaderBytes), sealedValue.AsSpan(1 + NonceBytes, TagBytes), plain, ContextOf<T>(sealedValue[0]));
        return _inner.Deserialize<T>(new ReadOnlySequence<byte>(plain));
    }

    private static byte[] ContextOf<T>(byte key) => [key, .. Encoding.UTF8.GetBytes(typeof(T).ToString())];
}
