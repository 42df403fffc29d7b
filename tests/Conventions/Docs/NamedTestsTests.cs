using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>Tests that the documentation names, as what shows a claim, are there.</summary>
public partial class NamedTestsTests
{
    [Fact]
    public void Every_test_that_a_page_names_exists()
    {
        var tests = Methods();
        var findings = new Findings("A page names a test as `Class.Method` of tests/ or of the conformance suites.");
        var count = 0;
        foreach (var path in Repository.Files("docs", ".md"))
        {
            var lines = Repository.ReadLines(path);
            for (var i = 0; i < lines.Length; i++)
            {
                foreach (Match name in Named().Matches(lines[i]))
                {
                    count++;
                    if (!tests.Contains(name.Groups[1].Value))
                    {
                        findings.Add(path, i + 1, name.Groups[1].Value);
                    }
                }
            }
        }

        findings.AssertNone();
        Assert.True(count > 50, $"Only {count} names of tests were found: does the pattern still fit?");
    }

    private static HashSet<string> Methods()
    {
        var tests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Repository.Files("tests", ".cs").Concat(Repository.Files("src/Larder.Testing/Conformance", ".cs")))
        {
            var code = CSharpLexer.CodeOnly(Repository.Read(path));
            foreach (Match type in Class().Matches(code))
            {
                tests.UnionWith(Method().Matches(code).Select(method => $"{type.Groups[1].Value}.{method.Groups[1].Value}"));
            }
        }

        return tests;
    }

    /// <summary>The name of a test has an underscore, which no member of the library has.</summary>
    [GeneratedRegex(@"`([A-Z]\w*\.[A-Z][A-Za-z0-9]*_\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\bclass (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"\bpublic (?:async |static )*(?:Task|ValueTask|void) (\w+)\(")]
    private static partial Regex Method();
}
