namespace Larder.Soak;

/// <summary>What a run, or a cell of it, has shown.</summary>
/// <param name="Figures">The line of figures.</param>
/// <param name="Failures">What did not hold; none when it passed.</param>
internal sealed record RunResult(string Figures, IReadOnlyList<string> Failures)
{
    public bool Passed => Failures.Count == 0;

    /// <summary>Gets whether nothing was wrong but that something took longer than it may.</summary>
    public bool IsLateOnly { get; init; }

    public override string ToString() => Passed ? $"{Figures} | pass" : $"{Figures} | FAIL: {string.Join("; ", Failures)}";
}
