namespace Larder.Soak.Processes;

/// <summary>A time in which a process did not run, or its thread pool did not.</summary>
/// <param name="From">The beginning, in ticks of <see cref="Clock"/>.</param>
/// <param name="To">The end.</param>
internal sealed record Stall(long From, long To)
{
    public bool Touches(long from, long to) => From <= to && from <= To;
}
