namespace Larder.Soak;

/// <summary>What a run, or a cell of it, has shown.</summary>
/// <param name="Figures">The line of figures.</param>
/// <param name="Failures">What did not hold; none when it passed.</param>
internal sealed record RunResult(string Figures, IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;

    public override string ToString() => Passed ? $"{Figures} | pass" : $"{Figures} | FAIL: {string.Join("; ", Failures)}";
}
