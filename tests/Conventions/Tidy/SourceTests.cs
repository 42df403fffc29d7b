using System.Text.RegularExpressions;

namespace Larder.Conventions.Tidy;

/// <summary>Rules for the library's own code that the compiler and the analyzers do not hold.</summary>
public partial class SourceTests
{
    /// <summary>Interceptors of EF Core have a synchronous half, which has to end what it begins. All of it waits in this one place.</summary>
    private const string SynchronousHalf = "src/Larder.EntityFrameworkCore/Interception/Completion.cs";

    private const int MaxLines = 400;

    [Fact]
    public void The_library_takes_the_time_from_TimeProvider() => AssertNowhereInCode("Take the time from TimeProvider.", SystemClock());

    [Fact]
    public void The_library_never_sleeps() => AssertNowhereInCode("Use a timer of the TimeProvider.", Sleeping());

    [Fact]
    public void The_library_has_no_async_void() =>
        AssertNowhereInCode("An exception in async void ends the process; return a task.", AsyncVoid());

    [Fact]
    public void The_library_has_nothing_unfinished() => AssertNowhereInCode("Finish it, or leave it out.", Unfinished());

    [Fact]
    public void The_library_leaves_out_this() => AssertNowhereInCode("Fields start with an underscore; leave out this.", NeedlessThis());

    [Fact]
    public void The_library_never_blocks_on_a_task()
    {
        var findings = new Findings("Await a task; .Result and GetResult() are for one that the lines just above showed to be completed.");
        foreach (var path in Repository.Files("src", ".cs").Where(path => path != SynchronousHalf))
        {
            var lines = CSharpLexer.CodeOnly(Repository.Read(path)).Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                if (BlockingCall().IsMatch(lines[i]) && !lines[Math.Max(0, i - 5)..(i + 1)].Any(CompletionCheck().IsMatch))
                {
                    findings.Add(path, i + 1, lines[i].Trim());
                }
            }
        }

        findings.AssertNone();
    }

    [Fact]
    public void The_library_leaves_no_reminders()
    {
        var findings = new Findings("Do it, or open an issue; no TODO, FIXME or HACK stays in src.");
        foreach (var path in Repository.Files("src"))
        {
            SearchLines(path, Repository.Read(path), Reminder(), findings);
        }

        findings.AssertNone();
    }

    [Fact]
    public void Long_files_say_why()
    {
        var findings = new Findings($"A file of more than {MaxLines} lines says why in its first three lines: // Long because ...");
        foreach (var path in Repository.Files("src", ".cs"))
        {
            var lines = Repository.ReadLines(path);
            if (lines.Length > MaxLines && !lines.Take(3).Any(line => line.StartsWith("// Long because ", StringComparison.Ordinal)))
            {
                findings.Add(path, lines.Length, $"{lines.Length} lines");
            }
        }

        findings.AssertNone();
    }

    private static void AssertNowhereInCode(string rule, Regex pattern)
    {
        var findings = new Findings(rule);
        foreach (var path in Repository.Files("src", ".cs"))
        {
            SearchLines(path, CSharpLexer.CodeOnly(Repository.Read(path)), pattern, findings);
        }

        findings.AssertNone();
    }

    internal static void SearchLines(string path, string text, Regex pattern, Findings findings)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (pattern.IsMatch(lines[i]))
            {
                findings.Add(path, i + 1, lines[i].Trim());
            }
        }
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b")]
    private static partial Regex SystemClock();

    [GeneratedRegex(@"\bThread\.Sleep\b")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\bNotImplementedException\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<![\w.)\]])this\.")]
    private static partial Regex NeedlessThis();

    [GeneratedRegex(@"\.Result\b(?!\s*[(<=])|\.GetAwaiter\(\)\.GetResult\(\)|\.Wait(All|Any)?\(")]
    private static partial Regex BlockingCall();

    [GeneratedRegex(@"\bIsCompleted(Successfully)?\b")]
    private static partial Regex CompletionCheck();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Reminder();
}
