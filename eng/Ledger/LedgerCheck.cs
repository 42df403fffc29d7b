namespace Larder.Guides;

/// <summary>Compares the page, the attributes of the tests and the results of a run.</summary>
internal static class LedgerCheck
{
    /// <summary>The tests that check pages: their links and their code.</summary>
    private static readonly LedgerTest[] s_pageChecks =
    [
        new("Conventions", "Larder.Conventions.Docs.LinkTests", "Every_link_between_files_resolves", [], []),
        new("Conventions", "Larder.Conventions.Docs.SnippetTests", "Every_code_block_of_the_documentation_compiles", [], []),
    ];

    /// <summary>Lists what is wrong.</summary>
    /// <param name="page">The page.</param>
    /// <param name="tests">The tests that carry an attribute.</param>
    /// <param name="results">What became of the tests.</param>
    /// <param name="pageExists">Tells whether there is a file at the target of a link of the page.</param>
    /// <param name="lastRow">How many rows there are.</param>
    /// <param name="lastFault">How many faults there are.</param>
    public static IReadOnlyList<string> Run(GuidesPage page, IReadOnlyList<LedgerTest> tests, TestResults results, Func<string, bool> pageExists, int lastRow = 199, int lastFault = 55) =>
    [
        .. Numbers(page, isFault: false, lastRow),
        .. Numbers(page, isFault: true, lastFault),
        .. Strays(tests, lastRow, lastFault),
        .. page.Rows.SelectMany(row => Row(row, tests, results, pageExists)),
        .. Pages(page, results),
    ];

    private static IEnumerable<string> Numbers(GuidesPage page, bool isFault, int last)
    {
        var counts = page.Rows.Where(row => row.IsFault == isFault).CountBy(row => row.Number).ToDictionary();
        var what = isFault ? "fault" : "row";
        return Enumerable.Range(1, last).Where(number => !counts.ContainsKey(number)).Select(number => $"{what} {number} is not on the page")
            .Concat(counts.Where(pair => pair.Value > 1).Select(pair => $"{what} {pair.Key} is on the page {pair.Value} times"))
            .Concat(counts.Keys.Where(number => number < 1 || number > last).Select(number => $"{what} {number} is on the page, and there are {last}"));
    }

    private static IEnumerable<string> Strays(IReadOnlyList<LedgerTest> tests, int lastRow, int lastFault) =>
        from test in tests
        from stray in test.Rows.Where(row => row < 1 || row > lastRow).Select(row => $"row {row}")
            .Concat(test.Faults.Where(fault => fault < 1 || fault > lastFault).Select(fault => $"fault {fault}"))
        select $"{GuidesPage.TextOf(test)} carries {stray}, which there is not";

    private static IEnumerable<string> Row(LedgerRow row, IReadOnlyList<LedgerTest> tests, TestResults results, Func<string, bool> pageExists)
    {
        var proofs = tests.Where(row.IsProvedBy).ToArray();
        if (proofs.Length == 0 && row.Pages.Count == 0)
        {
            yield return $"{row.Name} has neither a test nor a page";
        }

        foreach (var named in row.Tests.Except(proofs.Select(GuidesPage.TextOf)))
        {
            yield return $"{row.Name}: the page names '{named}', which does not exist or does not carry the number";
        }

        foreach (var test in proofs)
        {
            var name = GuidesPage.TextOf(test);
            if (!row.Tests.Contains(name))
            {
                yield return $"{row.Name}: '{name}' carries the number, and is not on the page (eng/Ledger writes it: see there)";
            }

            if (Problem(test, results) is { } problem)
            {
                yield return $"{row.Name}: '{name}' {problem}";
            }
        }

        foreach (var link in row.Pages.Where(link => !pageExists(GuidesPage.TargetOf(link))))
        {
            yield return $"{row.Name}: {link} is not there";
        }
    }

    private static IEnumerable<string> Pages(GuidesPage page, TestResults results) =>
        from check in s_pageChecks
        let problem = Problem(check, results)
        where problem is not null && page.Rows.Any(row => row.Pages.Count > 0)
        select $"the pages of {string.Join(", ", page.Rows.Where(row => row.Pages.Count > 0).Select(row => row.Name))} are not checked: '{GuidesPage.TextOf(check)}' {problem}";

    private static string? Problem(LedgerTest test, TestResults results) => results.Of(test) switch
    {
        (0, 0) => "was not run",
        (_, 0) => null,
        var (passed, other) => $"did not pass: {other} of {passed + other} runs failed or were skipped",
    };
}
