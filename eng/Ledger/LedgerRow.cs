namespace Larder.Guides;

/// <summary>A row of the page, or a fault.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IsFault">Whether it is a fault.</param>
/// <param name="Line">The index of its line on the page.</param>
/// <param name="Pages">The links in its last cell, as they stand there.</param>
/// <param name="Tests">The tests in its last cell, each as <c>project: class.method</c>.</param>
internal sealed record LedgerRow(int Number, bool IsFault, int Line, IReadOnlyList<string> Pages, IReadOnlyList<string> Tests)
{
    /// <summary>Gets what it is called in messages.</summary>
    public string Name => $"{(IsFault ? "fault" : "row")} {Number}";

    /// <summary>Tells whether a test carries its number.</summary>
    public bool IsProvedBy(LedgerTest test) => (IsFault ? test.Faults : test.Rows).Contains(Number);
}
