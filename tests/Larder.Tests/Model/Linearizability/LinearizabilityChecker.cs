namespace Larder.Tests.Model.Linearizability;

/// <summary>
/// Tells whether a history of one key has an order that respects real time and in which every answer is right. The search of Wing and Gong
/// ("Testing and verifying concurrent objects", 1993): an operation may come next if no other that is still to be placed had returned before it was
/// invoked; states seen with the same operations placed are not searched again (Lowe, 2017).
/// </summary>
internal static class LinearizabilityChecker
{
    private const int MaxOperations = 63;

    public static bool IsLinearizable(IReadOnlyList<Operation> history)
    {
        Assert.InRange(history.Count, 0, MaxOperations);
        return Search(history, placed: 0, default, []);
    }

    /// <summary>Leaves out what has no effect, as long as the rest is still wrong by itself.</summary>
    public static IReadOnlyList<Operation> Minimise(IReadOnlyList<Operation> history)
    {
        var minimal = history.ToList();
        foreach (var operation in history.Where(operation => operation.OnlyReads))
        {
            // A compare-and-set needs the read that showed it its version.
            if (operation.Call != Call.Get || !minimal.Exists(other => other.Call == Call.CompareAndSet && other.ExpectedVersion == operation.Version))
            {
                var without = minimal.Where(other => !ReferenceEquals(other, operation)).ToList();
                minimal = IsLinearizable(without) ? minimal : without;
            }
        }

        return minimal;
    }

    private static bool Search(IReadOnlyList<Operation> history, long placed, EntryState state, HashSet<(long, EntryState)> seen)
    {
        if (placed == (1L << history.Count) - 1)
        {
            return true;
        }

        if (!seen.Add((placed, state)))
        {
            return false;
        }

        var firstReturn = long.MaxValue;
        for (var i = 0; i < history.Count; i++)
        {
            firstReturn = IsPlaced(placed, i) ? firstReturn : Math.Min(firstReturn, history[i].Returned);
        }

        for (var i = 0; i < history.Count; i++)
        {
            if (!IsPlaced(placed, i) && history[i].Invoked < firstReturn
                && state.Apply(history[i], version => IsShown(history, placed, version)) is { } next
                && Search(history, placed | (1L << i), next, seen))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPlaced(long placed, int i) => (placed >> i & 1) != 0;

    private static bool IsShown(IReadOnlyList<Operation> history, long placed, long version) =>
        history.Where((operation, i) => IsPlaced(placed, i) && operation.Version == version).Any();
}
