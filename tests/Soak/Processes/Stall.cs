namespace Larder.Soak.Processes;

/// <summary>A time in which a process did not run, or its thread pool did not.</summary>
/// <param name="From">The beginning, in ticks of <see cref="Clock"/>.</param>
/// <param name="To">The end.</param>
internal sealed record Stall(long From, long To)
{
    /// <summary>Gets how much of a time stalls cover, in ticks; where they overlap, once.</summary>
    public static long Cover(IEnumerable<Stall> stalls, long from, long to)
    {
        var covered = 0L;
        foreach (var stall in stalls.Where(stall => stall.From < to && from < stall.To).OrderBy(stall => stall.From))
        {
            var end = Math.Min(stall.To, to);
            covered += Math.Max(0, end - Math.Max(stall.From, from));
            from = Math.Max(from, end);
        }

        return covered;
    }
}
