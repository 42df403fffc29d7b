namespace Larder.Redis.Tests.Tracking;

/// <summary>All orders in which steps can happen.</summary>
internal static class Orders
{
    /// <summary>Gets the orders of steps in which some come before others.</summary>
    /// <param name="steps">The steps, each once.</param>
    /// <param name="before">Pairs of steps, the first of which comes before the second.</param>
    public static IEnumerable<IReadOnlyList<T>> Of<T>(IReadOnlyList<T> steps, params IReadOnlyList<(T First, T Second)> before)
        where T : struct, Enum =>
        All(steps).Where(order => before.All(pair => order.IndexOf(pair.First) < order.IndexOf(pair.Second)));

    private static IEnumerable<List<T>> All<T>(IReadOnlyList<T> steps) => steps.Count == 0
        ? [[]]
        : steps.SelectMany(step => All([.. steps.Where(other => !EqualityComparer<T>.Default.Equals(other, step))]).Select(rest => (List<T>)[step, .. rest]));
}
