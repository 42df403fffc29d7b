using System.Buffers;
using System.Diagnostics;

namespace Larder.Redis.Connections;

/// <summary>
/// A block of received bytes, shared by the reader that fills it and the replies that lie in it; back in the pool when the last of them
/// lets go of it.
/// </summary>
internal sealed class ReceiveBlock
{
    private static int s_live;
    private int _holders = 1;

    public ReceiveBlock(int minimumSize)
    {
        Bytes = ArrayPool<byte>.Shared.Rent(minimumSize);
        Interlocked.Increment(ref s_live);
    }

    /// <summary>Gets how many blocks of this process are not back in the pool.</summary>
    public static int Live => Volatile.Read(ref s_live);

    public byte[] Bytes { get; }

    /// <summary>Gets whether nobody but the caller, who holds it, needs the bytes.</summary>
    public bool IsUnshared => Volatile.Read(ref _holders) == 1;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        Debug.Assert(left >= 0, "A block was released more often than held.");
        if (left == 0)
        {
            Interlocked.Decrement(ref s_live);
            ArrayPool<byte>.Shared.Return(Bytes);
        }
    }
}
