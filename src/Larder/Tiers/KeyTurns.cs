namespace Larder.Tiers;

/// <summary>
/// Turns of those who lost a race for a key to others. They go one after another, so that of many in this process each needs about two attempts and
/// not as many as there are others; against other processes everybody still tries.
/// </summary>
internal sealed class KeyTurns
{
    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for a turn, unless it is the first attempt.</summary>
    /// <returns>The turn, to be disposed when the attempt has ended.</returns>
    public async ValueTask<IDisposable?> TakeAsync(string key, int attempt, CancellationToken cancellationToken)
    {
        if (attempt == 0)
        {
            return null;
        }

        var stripe = _stripes[key.GetHashCode(StringComparison.Ordinal) & (_stripes.Length - 1)];
        await stripe.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(stripe);
    }

    private sealed class Turn(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
