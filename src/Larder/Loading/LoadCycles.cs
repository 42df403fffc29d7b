namespace Larder.Loading;

/// <summary>
/// Finds loaders that wait for each other, which would otherwise wait until the load timeout: a loader that reads its own key, or two
/// that read each other's.
/// </summary>
internal static class LoadCycles
{
    private static readonly AsyncLocal<LoadScope?> s_current = new();
    private static readonly Lock s_gate = new();

    /// <summary>Gets or sets the call of the loader in which the present flow is.</summary>
    public static LoadScope? Current
    {
        get => s_current.Value is { HasEnded: false } scope ? scope : null;
        set => s_current.Value = value;
    }

    /// <summary>
    /// Refuses a load of a key from within the loader of that key. Where the load under way can be joined, it would wait for itself; where it
    /// cannot, such as after its key was removed, loads would nest until the stack is full.
    /// </summary>
    /// <exception cref="InvalidOperationException">The present flow is in a loader of the key, or in one that such a loader waits for.</exception>
    public static void ThrowIfWithin(Loader cache, string key)
    {
        if (Current is { } scope && scope.IsWithin(cache, key))
        {
            throw new LoadCycleException($"The loader of '{key}' reads its own key, and would wait for itself.");
        }
    }

    /// <summary>Notes that the loader of one load waits for another.</summary>
    /// <exception cref="InvalidOperationException">The other waits, directly or not, for the first.</exception>
    public static void BeginWait(LoadScope waiter, Load target)
    {
        lock (s_gate)
        {
            if (Reaches(target.Scope, waiter))
            {
                throw new LoadCycleException($"A loader reads '{target.Key}', whose loader waits for that same loader: they would wait for each other.");
            }

            waiter.WaitsFor.Add(target.Scope);
        }
    }

    public static void EndWait(LoadScope waiter, Load target)
    {
        lock (s_gate)
        {
            waiter.WaitsFor.Remove(target.Scope);
        }
    }

    /// <summary>Walks the waits, each call once: there may be very many ways through a few calls, and very long ones.</summary>
    private static bool Reaches(LoadScope from, LoadScope to)
    {
        if (ReferenceEquals(from, to) || from.WaitsFor.Count == 0)
        {
            return ReferenceEquals(from, to);
        }

        var seen = new HashSet<LoadScope> { from };
        var open = new Stack<LoadScope>(seen);
        while (open.TryPop(out var scope))
        {
            foreach (var next in scope.WaitsFor)
            {
                if (ReferenceEquals(next, to))
                {
                    return true;
                }

                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return false;
    }
}
