using System.Globalization;
using System.Text.RegularExpressions;

namespace Larder.Conventions.Tidy;

/// <summary>Rules for the tests: they run, and they do not wait.</summary>
public partial class TestCodeTests
{
    private const double MaxRealDelayMilliseconds = 100;

    [Fact]
    [Ledger(197)]
    public void No_test_is_switched_off()
    {
        var findings = new Findings("Fix the test or remove it; a server that is missing is skipped at run time with Assert.Skip.");
        Search(SwitchedOff(), findings);
        findings.AssertNone();
    }

    [Fact]
    public void No_test_sleeps()
    {
        var findings = new Findings("Use the fake clock, or wait for the event itself.");
        Search(Sleeping(), findings);
        findings.AssertNone();
    }

    [Fact]
    public void No_test_delays_for_long()
    {
        var findings = new Findings($"A real delay stays under {MaxRealDelayMilliseconds} ms; use the fake clock or wait for the event.");
        foreach (var path in Repository.Files("tests", ".cs"))
        {
            var code = CSharpLexer.CodeOnly(Repository.Read(path));
            foreach (Match call in DelayCall().Matches(code))
            {
                var arguments = Arguments(code, call.Index + call.Length);
                var takesClock = arguments.Skip(1).Any(argument => ClockArgument().IsMatch(argument));
                if (!takesClock && Milliseconds(arguments[0]) >= MaxRealDelayMilliseconds)
                {
                    findings.Add(path, code.AsSpan(0, call.Index).Count('\n') + 1, $"Task.Delay({string.Join(',', arguments)})");
                }
            }
        }

        findings.AssertNone();
    }

    [Theory]
    [InlineData("99", 99)]
    [InlineData("1_000", 1000)]
    [InlineData("TimeSpan.FromSeconds(0.5)", 500)]
    [InlineData("TimeSpan.FromMilliseconds(20)", 20)]
    [InlineData("milliseconds: 300", 300)]
    [InlineData("pause", 0)]
    public void A_delay_is_read_from_its_argument(string argument, double milliseconds) =>
        Assert.Equal(milliseconds, Milliseconds(argument));

    private static void Search(Regex pattern, Findings findings)
    {
        foreach (var path in Repository.Files("tests", ".cs"))
        {
            SourceTests.SearchLines(path, CSharpLexer.CodeOnly(Repository.Read(path)), pattern, findings);
        }
    }

    private static List<string> Arguments(string code, int at)
    {
        var arguments = new List<string>();
        var start = at;
        for (var depth = 0; at < code.Length; at++)
        {
            if (depth == 0 && code[at] is ',' or ')')
            {
                arguments.Add(code[start..at].Trim());
                start = at + 1;
                if (code[at] == ')')
                {
                    break;
                }
            }

            depth += code[at] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
        }

        return arguments;
    }

    /// <summary>The delay that a constant argument stands for; 0 for what only the running program knows.</summary>
    private static double Milliseconds(string argument)
    {
        if (TimeSpanCall().Match(argument) is { Success: true } call)
        {
            var unit = call.Groups[1].Value switch { "Milliseconds" => 1, "Seconds" => 1_000, "Microseconds" => 0.001, _ => 60_000 };
            return Number(call.Groups[2].Value) * unit;
        }

        return PlainNumber().Match(argument) is { Success: true } plain ? Number(plain.Groups[1].Value) : 0;
    }

    private static double Number(string text) => double.Parse(text.Replace("_", ""), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bSkip\s*=(?!=)")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"\bTask\.Delay\(")]
    private static partial Regex DelayCall();

    [GeneratedRegex("clock|time|provider", RegexOptions.IgnoreCase)]
    private static partial Regex ClockArgument();

    [GeneratedRegex(@"TimeSpan\.From(\w+)\((?:\w+:\s*)?([\d_.]+)\)")]
    private static partial Regex TimeSpanCall();

    [GeneratedRegex(@"^(?:\w+:\s*)?([\d_]+)$")]
    private static partial Regex PlainNumber();
}
