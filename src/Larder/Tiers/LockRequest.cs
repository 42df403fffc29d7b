using System.Security.Cryptography;

namespace Larder.Tiers;

/// <summary>What somebody wants who would like to hold a lock.</summary>
internal readonly record struct LockRequest
{
    /// <summary>The name of the lock in the store, which tells its kind too.</summary>
    public required string Key { get; init; }

    /// <summary>Who wants it: 128 random bits, so that only the holder can renew and release.</summary>
    public required UInt128 Owner { get; init; }

    public required LockKind Kind { get; init; }

    public required long LeaseMs { get; init; }

    /// <summary>How many may hold a semaphore.</summary>
    public int Permits { get; init; }

    /// <summary>For how long, if the lock is not to be had, readers are to leave the lock to this writer; zero for not at all.</summary>
    public long AnnounceMs { get; init; }

    /// <summary>Gets whether others of the same kind may hold it too, and how many at most.</summary>
    public long SharedLimit => Kind switch { LockKind.Read => int.MaxValue, LockKind.Semaphore => Permits, _ => 0 };

    /// <summary>Makes the name of a lock in the store. The three kinds of locks share no names.</summary>
    public static string KeyOf(string name, LockKind kind) => kind switch
    {
        LockKind.Exclusive => "lock:" + name,
        LockKind.Semaphore => "semaphore:" + name,
        _ => "rwlock:" + name,
    };

    /// <summary>Makes an owner that nobody else is or can guess.</summary>
    public static UInt128 NewOwner()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
