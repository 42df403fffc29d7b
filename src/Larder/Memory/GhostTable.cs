namespace Larder.Memory;

/// <summary>
/// Which keys were evicted lately: a fingerprint each, in a cell that the hash chooses, until another key of that cell comes. With as many cells as there
/// are entries, a key is remembered for about as many evictions.
/// </summary>
/// <remarks>
/// The ghost lists of Johnson, Shasha: 2Q, VLDB 1994, and Megiddo, Modha: ARC, FAST 2003, without the lists.
/// </remarks>
internal sealed class GhostTable
{
    private ushort[] _fingerprints = [];

    /// <summary>Makes room for a number of keys; those that were remembered in a smaller table are forgotten.</summary>
    public void EnsureCapacity(int capacity)
    {
        if (capacity > _fingerprints.Length)
        {
            _fingerprints = new ushort[capacity];
        }
    }

    public void Add(uint hash)
    {
        if (_fingerprints.Length > 0)
        {
            Cell(hash, out var fingerprint) = fingerprint;
        }
    }

    /// <summary>Forgets a key.</summary>
    /// <returns>Whether it was remembered; rarely, once in some ten thousand keys, another one was.</returns>
    public bool Remove(uint hash)
    {
        if (_fingerprints.Length == 0)
        {
            return false;
        }

        ref var cell = ref Cell(hash, out var fingerprint);
        if (cell != fingerprint)
        {
            return false;
        }

        cell = 0;
        return true;
    }

    public void Clear() => _fingerprints = [];

    private ref ushort Cell(uint hash, out ushort fingerprint)
    {
        var mixed = hash * 0xD1B5_4A32_D192_ED03UL;

        // Never zero, which is an empty cell.
        fingerprint = (ushort)((mixed >> 8) | 1);
        return ref _fingerprints[(int)(((mixed >> 32) * (uint)_fingerprints.Length) >> 32)];
    }
}
