namespace Larder.Cli.Replay.Simulation;

/// <summary>What each key weighs, in the unit of the capacity: one, or the size of its object.</summary>
internal sealed class Weights(int keyCount, int[]? sizes = null)
{
    public int KeyCount => keyCount;

    public long Total { get; } = sizes?.Sum(static size => (long)size) ?? keyCount;

    public double Mean => (double)Total / keyCount;

    public long this[int id] => sizes is null ? 1 : sizes[id];
}
