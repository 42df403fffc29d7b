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

    /// <summary>Notes that the loader of one load waits for another.</summary>
    /// <exception cref="InvalidOperationException">The other waits, directly or not, for the first.</exception>
    public static void BeginWait(LoadScope waiter, Load target)
    {
        lock (s_gate)
        {
            if (Reaches(target.Scope, waiter))
            {
                throw new LoadCycleException(ReferenceEquals(waiter, target.Scope)
                    ? $"The loader of '{target.Key}' reads its own key, and would wait for itself."
                    : $"A loader reads '{target.Key}', whose loader waits for that same loader: they would wait for each other.");
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

    private static bool Reaches(LoadScope from, LoadScope to)
    {
        if (ReferenceEquals(from, to))
        {
            return true;
        }

        foreach (var next in from.WaitsFor)
        {
            if (Reaches(next, to))
            {
                return true;
            }
        }

        return false;
    }
}
