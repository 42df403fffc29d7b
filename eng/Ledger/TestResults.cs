using System.Xml.Linq;

namespace Larder.Guides;

/// <summary>What became of the tests of a run: by class and method, and of conformance tests by their labels.</summary>
internal sealed class TestResults
{
    private readonly Dictionary<(string Class, string Method), (int Passed, int Other)> _byMethod = [];
    private readonly Dictionary<string, (int Passed, int Other)> _byLabel = new(StringComparer.Ordinal);

    /// <summary>Reads all reports of a folder.</summary>
    public static TestResults Read(string folder)
    {
        var results = new TestResults();
        foreach (var report in Directory.EnumerateFiles(folder, "*.trx"))
        {
            results.Add(XDocument.Load(report));
        }

        return results;
    }

    /// <summary>Tells how many runs of a test passed, and how many were something else, skipped ones too.</summary>
    public (int Passed, int Other) Of(LedgerTest test) => test switch
    {
        { Project: LedgerTests.Conformance, Method: null } => Sum(_byLabel.Where(pair => pair.Key.StartsWith($"{test.Name}.", StringComparison.Ordinal)).Select(pair => pair.Value)),
        { Project: LedgerTests.Conformance } => _byLabel.GetValueOrDefault(test.Name),
        { Method: null } => Sum(_byMethod.Where(pair => pair.Key.Class == test.Class).Select(pair => pair.Value)),
        _ => _byMethod.GetValueOrDefault((test.Class, test.Method)),
    };

    internal void Add(XDocument report)
    {
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        var methods = report.Descendants(ns + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!,
            test => ((string)test.Element(ns + "TestMethod")!.Attribute("className")!, (string)test.Element(ns + "TestMethod")!.Attribute("name")!),
            StringComparer.Ordinal);
        foreach (var result in report.Descendants(ns + "UnitTestResult"))
        {
            var passed = (string?)result.Attribute("outcome") == "Passed";
            Count(_byMethod, methods[(string)result.Attribute("testId")!], passed);
            if (LabelOf((string)result.Attribute("testName")!) is { } label)
            {
                Count(_byLabel, label, passed);
            }
        }
    }

    /// <summary>Gets what stands in brackets at the end of the name of a test: <c>Memory_conforms [EntryConformance.Null_is_a_value]</c>.</summary>
    private static string? LabelOf(string name) =>
        name.EndsWith(']') && name.LastIndexOf(" [", StringComparison.Ordinal) is >= 0 and var start ? name[(start + 2)..^1] : null;

    private static void Count<TKey>(Dictionary<TKey, (int Passed, int Other)> counts, TKey key, bool passed)
        where TKey : notnull
    {
        var (before, other) = counts.GetValueOrDefault(key);
        counts[key] = passed ? (before + 1, other) : (before, other + 1);
    }

    private static (int Passed, int Other) Sum(IEnumerable<(int Passed, int Other)> counts) =>
        counts.Aggregate((Passed: 0, Other: 0), (sum, next) => (sum.Passed + next.Passed, sum.Other + next.Other));
}
