using System.Text.RegularExpressions;
using Larder.Cli.CommandLine;
using Larder.Redis.Tests.Servers;

namespace Larder.Cli.Tests.Running;

/// <summary>One run of the tool, inside the process of the tests.</summary>
internal sealed partial class Run
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>Gets what is typed or piped in.</summary>
    public string Input { get; init; } = "";

    /// <summary>Gets whether somebody sits before it.</summary>
    public bool IsTerminal { get; init; }

    public int Width { get; init; } = 200;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Func<ConsoleKey?> TakeKey { get; init; } = static () => null;

    /// <summary>Gets the variables of the environment; there are no others.</summary>
    public IEnumerable<(string Name, string Value)> Variables
    {
        init
        {
            foreach (var (name, text) in value)
            {
                _variables[name] = text;
            }
        }
    }

    public int ExitCode { get; private set; }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>Gets data, messages and exit code in one text, without what differs from run to run.</summary>
    public string Transcript(params (string Pattern, string Replacement)[] scrub)
    {
        var text = $"{Output}--- messages\n{Error}--- exit code {ExitCode}\n";
        foreach (var (pattern, replacement) in scrub)
        {
            text = Regex.Replace(text, pattern, replacement);
        }

        return Port().Replace(text, "127.0.0.1:PORT");
    }

    public static Task<Run> ToolAsync(params string[] arguments) => new Run().StartAsync(arguments);

    public async Task<Run> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        var terminal = new Terminal
        {
            Output = _output,
            Error = _error,
            Input = new StringReader(Input),
            IsOutputTerminal = IsTerminal,
            IsInputTerminal = IsTerminal,
            IsErrorTerminal = IsTerminal,
            Width = Width,
            Time = Time,
            TakeKey = TakeKey,
            Variable = name => _variables.GetValueOrDefault(name),
        };

        // A command that never ends is a test that fails, and not one that hangs.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline.Limit);
        ExitCode = await Tool.RunAsync(arguments, terminal, deadline.Token);
        return this;
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Port();
}
