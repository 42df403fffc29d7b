using System.Buffers.Binary;

namespace Larder.Tiers;

/// <summary>
/// Who holds a lock, and the last fencing number: the rules of all kinds of locks, for stores that change a record as a whole. The script
/// lock-acquire.lua has the same rules for Redis.
/// </summary>
internal sealed class LockState
{
    /// <summary>The last fencing number outlives the lease it was given for by this factor.</summary>
    private const long FenceLives = 1000;

    private const int HeadLength = 1 + sizeof(long) + sizeof(long);
    private const int HoldLength = 16 + 1 + sizeof(long);
    private readonly List<Hold> _holds = [];

    private enum HoldKind : byte
    {
        Shared,
        Exclusive,

        /// <summary>A writer that waits: no hold, but readers leave the lock to it.</summary>
        Announced,
    }

    /// <summary>Gets or sets the number that was given last.</summary>
    public long LastToken { get; set; }

    /// <summary>Gets until when the state is to be kept, for the sake of the number: long after the last lease has ended.</summary>
    public long KeepUntilMs { get; private set; }

    public bool IsFree => _holds.Count == 0;

    /// <summary>Takes the lock if that is possible.</summary>
    /// <param name="request">Who wants it, and how.</param>
    /// <param name="nowMs">The time by which leases end.</param>
    /// <param name="nowMicroseconds">The date, for the fencing number: it goes on from there when the last one was lost.</param>
    public LockGrant TryAcquire(in LockRequest request, long nowMs, long nowMicroseconds)
    {
        var owner = request.Owner;
        _holds.RemoveAll(hold => hold.ExpiresAtMs <= nowMs || hold.Owner == owner);
        var isShared = request.SharedLimit > 0;
        var isFree = isShared
            ? _holds.TrueForAll(hold => hold.Kind == HoldKind.Shared) && _holds.Count < request.SharedLimit
            : _holds.TrueForAll(hold => hold.Kind == HoldKind.Announced);
        if (isFree)
        {
            _holds.Add(new Hold(owner, isShared ? HoldKind.Shared : HoldKind.Exclusive, CacheClock.After(nowMs, request.LeaseMs)));
            LastToken = Math.Max(LastToken + 1, nowMicroseconds);
            Keep(request.LeaseMs, nowMs);
            return new LockGrant(LastToken, 0);
        }

        var freeInMs = _holds.Min(hold => hold.ExpiresAtMs) - nowMs;
        if (request.AnnounceMs > 0)
        {
            _holds.Add(new Hold(owner, HoldKind.Announced, nowMs + request.AnnounceMs));
            Keep(request.AnnounceMs, nowMs);
        }

        return new LockGrant(0, freeInMs);
    }

    /// <inheritdoc cref="LockStore.RenewAsync"/>
    public bool Renew(UInt128 owner, long leaseMs, long nowMs)
    {
        var at = _holds.FindIndex(hold => hold.Owner == owner && hold.IsHeld(nowMs));
        if (at < 0)
        {
            return false;
        }

        _holds[at] = _holds[at] with { ExpiresAtMs = CacheClock.After(nowMs, leaseMs) };
        Keep(leaseMs, nowMs);
        return true;
    }

    /// <summary>Takes out what an owner has.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="nowMs">The time.</param>
    /// <param name="wasHeld">Whether it held the lock.</param>
    /// <returns>Whether it had anything.</returns>
    public bool Release(UInt128 owner, long nowMs, out bool wasHeld)
    {
        wasHeld = _holds.Exists(hold => hold.Owner == owner && hold.IsHeld(nowMs));
        return _holds.RemoveAll(hold => hold.Owner == owner) > 0;
    }

    /// <summary>Reads a state from its bytes; of bytes that are none, a state that is free.</summary>
    public static LockState Parse(ReadOnlySpan<byte> bytes)
    {
        var state = new LockState();
        if (bytes.Length < HeadLength || bytes[0] != 1 || (bytes.Length - HeadLength) % HoldLength != 0)
        {
            return state;
        }

        state.LastToken = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        state.KeepUntilMs = BinaryPrimitives.ReadInt64LittleEndian(bytes[9..]);
        for (var at = HeadLength; at < bytes.Length; at += HoldLength)
        {
            state._holds.Add(new Hold(
                BinaryPrimitives.ReadUInt128LittleEndian(bytes[at..]),
                (HoldKind)bytes[at + 16],
                BinaryPrimitives.ReadInt64LittleEndian(bytes[(at + 17)..])));
        }

        return state;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[HeadLength + (_holds.Count * HoldLength)];
        bytes[0] = 1;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), LastToken);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(9), KeepUntilMs);
        var at = bytes.AsSpan(HeadLength);
        foreach (var hold in _holds)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(at, hold.Owner);
            at[16] = (byte)hold.Kind;
            BinaryPrimitives.WriteInt64LittleEndian(at[17..], hold.ExpiresAtMs);
            at = at[HoldLength..];
        }

        return bytes;
    }

    private void Keep(long leaseMs, long nowMs) => KeepUntilMs = Math.Max(KeepUntilMs, nowMs + (leaseMs * FenceLives));

    private readonly record struct Hold(UInt128 Owner, HoldKind Kind, long ExpiresAtMs)
    {
        public bool IsHeld(long nowMs) => Kind != HoldKind.Announced && ExpiresAtMs > nowMs;
    }
}
