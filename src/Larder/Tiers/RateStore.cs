namespace Larder.Tiers;

/// <summary>Where permits are counted: part of a tier. Each request is one step. That none are left is an answer; that the store cannot be asked is an exception.</summary>
internal abstract class RateStore
{
    /// <summary>Takes permits, if so many are left.</summary>
    /// <param name="name">What is limited.</param>
    /// <param name="limit">How many there are.</param>
    /// <param name="permits">How many are wanted; zero asks whether there is any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<RateAnswer> TakeAsync(string name, RateLimit limit, int permits, CancellationToken cancellationToken);

    /// <summary>Takes permits, as <see cref="TakeAsync"/>, if the store can be asked without a wait.</summary>
    /// <returns>Whether it can.</returns>
    public virtual bool TryTake(string name, RateLimit limit, int permits, out RateAnswer answer)
    {
        answer = default;
        return false;
    }

    /// <summary>Makes the name of a count in the store; locks and other records have other names.</summary>
    protected static string KeyOf(string name, RateLimit limit) => $"rate:{limit.Kind}:{name}";
}
