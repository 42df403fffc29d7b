using System.Xml.Linq;
using Larder.Guides;

namespace Larder.Conventions.Guides;

/// <summary>The check of docs/reference/guides.md finds what is wrong, and only that.</summary>
public sealed class LedgerCheckTests
{
    private static readonly LedgerTest s_get = new("Larder.Tests", "Larder.Tests.Entries.EntryTests", "What_was_set_is_read", [1], []);
    private static readonly LedgerTest s_lock = new("Larder.Testing", "Larder.Testing.Conformance.LockConformance", "A_lock_is_held", [], [1]);
    private static readonly LedgerTest s_class = new("Larder.Tests", "Larder.Tests.Entries.ManyTests", null, [2], []);

    private readonly List<LedgerTest> _tests = [s_get, s_lock, s_class];
    private readonly List<(string Class, string Method, string Name, string Outcome)> _results =
    [
        ("Larder.Tests.Entries.EntryTests", "What_was_set_is_read", "Larder.Tests.Entries.EntryTests.What_was_set_is_read", "Passed"),
        ("Larder.Tests.Conformance.MemoryTests", "Memory_conforms", "Memory_conforms [LockConformance.A_lock_is_held]", "Passed"),
        ("Larder.Redis.Tests.Conformance.RedisTests", "A_server_conforms", "A_server_conforms [LockConformance.A_lock_is_held]", "Passed"),
        ("Larder.Tests.Entries.ManyTests", "One", "One", "Passed"),
        ("Larder.Tests.Entries.ManyTests", "Two", "Two(number: 2)", "Passed"),
        ("Larder.Conventions.Docs.LinkTests", "Every_link_between_files_resolves", "links", "Passed"),
        ("Larder.Conventions.Docs.SnippetTests", "Every_code_block_of_the_documentation_compiles", "code", "Passed"),
    ];

    private string _rows = """
        | 1 | get | `GetAsync` with `a\|b` | Larder.Tests: `EntryTests.What_was_set_is_read` |
        | 2 | get many | `GetManyAsync` | Larder.Tests: `ManyTests` |
        """;

    private string _faults = "| 1 | a lock | a lease | Larder.Testing: `LockConformance.A_lock_is_held` |";

    [Fact]
    public void A_page_that_agrees_with_the_tests_is_good() => Assert.Empty(Run());

    [Fact]
    public void A_row_without_its_attribute_is_found()
    {
        _tests.Remove(s_get);

        Assert.Equal(
            ["row 1 has neither a test nor a page", "row 1: the page names 'Larder.Tests: EntryTests.What_was_set_is_read', which does not exist or does not carry the number"],
            Run());
    }

    [Fact]
    public void A_fault_without_its_attribute_is_found()
    {
        _tests[1] = s_lock with { Faults = [], Rows = [1] };

        Assert.Contains("fault 1: the page names 'Larder.Testing: LockConformance.A_lock_is_held', which does not exist or does not carry the number", Run());
        Assert.Contains("row 1: 'Larder.Testing: LockConformance.A_lock_is_held' carries the number, and is not on the page (eng/Ledger writes it: see there)", Run());
    }

    [Fact]
    public void A_row_with_neither_test_nor_page_is_found()
    {
        _tests.Remove(s_class);
        _rows = _rows.Replace("Larder.Tests: `ManyTests` |", "|", StringComparison.Ordinal);

        Assert.Equal(["row 2 has neither a test nor a page"], Run());
    }

    [Theory]
    [InlineData("Larder.Tests.Entries.EntryTests", "row 1: 'Larder.Tests: EntryTests.What_was_set_is_read' was not run")]
    [InlineData("Larder.Tests.Entries.ManyTests", "row 2: 'Larder.Tests: ManyTests' was not run")]
    public void A_test_that_was_not_run_is_found(string type, string problem)
    {
        _results.RemoveAll(result => result.Class == type);

        Assert.Equal([problem], Run());
    }

    [Theory]
    [InlineData("Failed")]
    [InlineData("NotExecuted")]
    public void One_failure_or_skip_among_the_runs_of_a_test_is_found(string outcome)
    {
        _results[2] = _results[2] with { Outcome = outcome };
        _results[4] = _results[4] with { Outcome = outcome };

        Assert.Equal(
            [
                "row 2: 'Larder.Tests: ManyTests' did not pass: 1 of 2 runs failed or were skipped",
                "fault 1: 'Larder.Testing: LockConformance.A_lock_is_held' did not pass: 1 of 2 runs failed or were skipped",
            ],
            Run());
    }

    [Theory]
    [InlineData("there.md", true)]
    [InlineData("not-there.md", false)]
    public void A_page_counts_if_it_is_there(string target, bool isGood)
    {
        _tests.Remove(s_class);
        _rows = _rows.Replace("Larder.Tests: `ManyTests`", $"[a page]({target}#heading)", StringComparison.Ordinal);

        Assert.Equal(isGood ? [] : [$"row 2: [a page]({target}#heading) is not there"], Run());
    }

    [Fact]
    public void A_page_counts_only_if_pages_were_checked()
    {
        _results.RemoveAt(5);
        _tests.Remove(s_class);
        _rows = _rows.Replace("Larder.Tests: `ManyTests`", "[a page](there.md)", StringComparison.Ordinal);

        Assert.Equal(["the pages of row 2 are not checked: 'Conventions: LinkTests.Every_link_between_files_resolves' was not run"], Run());
    }

    [Fact]
    public void Rows_that_are_missing_twice_there_or_unknown_are_found()
    {
        _rows = string.Join('\n', _rows.Split('\n').Append("| 2 | again | | [a page](there.md) |").Append("| 3 | too many | | [a page](there.md) |").Skip(1));
        _tests[0] = s_get with { Rows = [77] };

        Assert.Equal(
            ["row 1 is not on the page", "row 2 is on the page 2 times", "row 3 is on the page, and there are 2", "Larder.Tests: EntryTests.What_was_set_is_read carries row 77, which there is not"],
            Run().Where(problem => !problem.Contains("carries the number", StringComparison.Ordinal)));
    }

    [Fact]
    public void Writing_puts_the_tests_behind_the_pages_and_leaves_the_rest()
    {
        var page = GuidesPage.Parse("# Title\n\n| 1 | get | here \\| there | [a page](there.md)<br>Larder.Tests: `Gone.Gone` |\n\n## Faults\n\n| 1 | a lock | a lease | |\n");

        Assert.Equal(
            "# Title\n\n| 1 | get | here \\| there | [a page](there.md)<br>Larder.Tests: `EntryTests.What_was_set_is_read` |\n\n## Faults\n\n| 1 | a lock | a lease | Larder.Testing: `LockConformance.A_lock_is_held` |\n",
            page.With(_tests));
    }

    [Fact]
    public void The_attributes_of_an_assembly_are_read()
    {
        var read = TestAssembly.Read("Conventions", typeof(LedgerCheckTests).Assembly.Location);

        var known = Assert.Single(read, test => test.Name == "DependencyTests.The_cache_itself_needs_the_framework_and_contracts_of_it_alone");
        Assert.Equal(("Conventions", "Larder.Conventions.Tidy.DependencyTests", 34), (known.Project, known.Class, Assert.Single(known.Rows)));
        Assert.Empty(known.Faults);
        Assert.DoesNotContain(read, test => test.Class == typeof(LedgerCheckTests).FullName);
    }

    private IReadOnlyList<string> Run()
    {
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        var results = new TestResults();
        results.Add(new XDocument(new XElement(ns + "TestRun", _results.SelectMany((result, number) => new[]
        {
            new XElement(ns + "UnitTest", new XAttribute("id", number), new XElement(ns + "TestMethod", new XAttribute("className", result.Class), new XAttribute("name", result.Method))),
            new XElement(ns + "UnitTestResult", new XAttribute("testId", number), new XAttribute("testName", result.Name), new XAttribute("outcome", result.Outcome)),
        }))));
        return LedgerCheck.Run(GuidesPage.Parse($"{_rows}\n## Faults\n{_faults}"), _tests, results, target => target == "there.md", lastRow: 2, lastFault: 1);
    }
}
