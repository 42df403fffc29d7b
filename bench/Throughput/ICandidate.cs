namespace Larder.Throughput;

/// <summary>What is measured beside others.</summary>
internal interface ICandidate
{
    /// <summary>Does operations on one of several threads.</summary>
    /// <param name="thread">The number of the thread.</param>
    /// <param name="operations">How many.</param>
    void Burst(int thread, int operations);
}
