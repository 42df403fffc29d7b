namespace ApiExplorer.Load;

/// <summary>Draws numbers from 0 to count - 1, the popular ones often: the n-th most popular with a weight of 1 / n^exponent.</summary>
internal sealed class ZipfSampler
{
    private readonly double[] _cumulative;
    private readonly int[] _byRank;

    /// <param name="count">How many numbers there are.</param>
    /// <param name="exponent">0 draws all alike; 0.99 is the usual model of web traffic.</param>
    /// <param name="random">Decides which numbers are popular.</param>
    public ZipfSampler(int count, double exponent, Random random)
    {
        _byRank = [.. Enumerable.Range(0, count)];
        random.Shuffle(_byRank);
        _cumulative = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += Math.Pow(i + 1, -exponent);
            _cumulative[i] = sum;
        }
    }

    public int Next(Random random)
    {
        var found = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        return _byRank[Math.Min(found < 0 ? ~found : found, _byRank.Length - 1)];
    }
}
