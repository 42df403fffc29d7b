namespace Larder.Throughput;

/// <summary>
/// Bursts of all candidates in turns, in an order that is drawn anew in each round, so that a disturbance meets all of them alike. Compared is within a
/// round only.
/// </summary>
internal static class PairedBursts
{
    private const int WarmUpRounds = 5;

    /// <summary>Measures.</summary>
    /// <returns>The operations per second of each candidate, the median; and its ratio to the first one, the median over the rounds.</returns>
    public static (double PerSecond, double Ratio)[] Measure(Crew crew, int threads, ICandidate[] candidates, int operations, int rounds)
    {
        var seconds = candidates.Select(_ => new double[rounds]).ToArray();
        var order = Enumerable.Range(0, candidates.Length).ToArray();
        var random = new Random(4);
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var number in order)
            {
                var elapsed = crew.Run(thread => candidates[number].Burst(thread, operations / threads));
                if (round >= 0)
                {
                    seconds[number][round] = elapsed.TotalSeconds;
                }
            }
        }

        return [.. seconds.Select(mine => (operations / Median(mine), Median(mine.Zip(seconds[0], static (own, first) => first / own))))];
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
