namespace Larder.Soak.Processes;

/// <summary>Puts load on the machine one run at a time. A run that only looks at what its load has left gives its turn away, and the next one begins meanwhile.</summary>
internal sealed class Turn : IDisposable
{
    private static readonly SemaphoreSlim s_free = new(1);
    private int _hasEnded;

    private Turn()
    {
    }

    /// <summary>Waits until no other run puts load on the machine.</summary>
    public static async Task<Turn> TakeAsync()
    {
        await s_free.WaitAsync();
        return new Turn();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            s_free.Release();
        }
    }
}
