namespace Larder.Cli.CommandLine;

/// <summary>What the tool reads from and writes to. Data goes to <see cref="Output"/>, everything that is said about it to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    /// <summary>Wide enough that no line of a file is ever broken.</summary>
    private const int Unbounded = 100_000;

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader Input { get; init; }

    /// <summary>Gets whether somebody looks at <see cref="Output"/>; otherwise it is a file or a pipe.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Gets whether somebody can answer a question.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>Gets whether somebody looks at <see cref="Error"/>.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Gets the columns of the screen.</summary>
    public int Width { get; init; } = Unbounded;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets what reads a variable of the environment.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Gets what takes a key that was pressed, if one was.</summary>
    public Func<ConsoleKey?> TakeKey { get; init; } = static () => null;

    /// <summary>Gets whether colours and movements of the cursor are understood and wanted.</summary>
    public bool IsColored => IsOutputTerminal && string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") is not "dumb";

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        Input = Console.In,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsInputTerminal = !Console.IsInputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Width = Console.IsOutputRedirected ? Unbounded : Math.Max(40, Console.WindowWidth),
        Variable = Environment.GetEnvironmentVariable,
        TakeKey = Console.IsInputRedirected ? static () => null : static () => Console.KeyAvailable ? Console.ReadKey(intercept: true).Key : null,
    };
}
