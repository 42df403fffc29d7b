using Larder.Soak.Processes;

namespace Larder.Soak.Consistency;

/// <summary>Keeps a loop to a rate. What was lost to a fault is not made up for.</summary>
internal sealed class Pace(double perSecond)
{
    private static readonly long Forgotten = Clock.Ticks(TimeSpan.FromMilliseconds(200));
    private readonly double _interval = Clock.Ticks(TimeSpan.FromSeconds(1)) / perSecond;
    private double _due = Clock.Now;

    /// <summary>Waits until it is time for so many more.</summary>
    public Task NextAsync(int count, CancellationToken cancellationToken)
    {
        _due = Math.Max(_due + (_interval * count), Clock.Now - Forgotten);
        return Clock.UntilAsync((long)_due, cancellationToken);
    }
}
