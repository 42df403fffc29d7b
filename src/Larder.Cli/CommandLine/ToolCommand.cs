using System.CommandLine;
using System.CommandLine.Parsing;

namespace Larder.Cli.CommandLine;

/// <summary>A command that does something, with examples that its help shows.</summary>
internal abstract class ToolCommand : Command
{
    protected ToolCommand(string name, string description, ToolSetup setup, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
        SetAction((parse, cancellationToken) => Guard.RunAsync(setup.Terminal, () =>
        {
            RefuseUnknownOptions(parse);
            return RunAsync(new Invocation(parse, setup), cancellationToken);
        }));
    }

    /// <summary>Gets command lines without the name of the tool.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does it.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    protected abstract Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken);

    /// <summary>What looks like an option and is none would be taken for a key or a pattern: a misspelt <c>--dry-run</c>, for one. Behind <c>--</c> it is one.</summary>
    private static void RefuseUnknownOptions(ParseResult parse)
    {
        var written = parse.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet(StringComparer.Ordinal);
        var unknown = parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal) && written.Contains(token.Value));
        if (unknown is not null)
        {
            var name = Tool.NameOf(parse.CommandResult.Command);
            throw ToolException.Usage($"'{unknown.Value}' is no option of `{name}`.", $"{name} --help shows what is understood. What begins with two dashes and is no option comes behind --.");
        }
    }

    /// <summary>Makes an option for a duration, written as in configuration.</summary>
    protected static Option<TimeSpan> Duration(string name, string description, TimeSpan fallback) => new(name)
    {
        Description = description,
        HelpName = "duration",
        DefaultValueFactory = _ => fallback,
        CustomParser = static result => GlobalOptions.Parse(result, Hosting.SettingsText.Duration),
    };

    /// <summary>Makes an option for a number with bounds.</summary>
    protected static Option<int> Number(string name, string description, int fallback, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError(FormattableString.Invariant($"{name} is {value}, and must be from {least:N0} to {most:N0}."));
            }
        });
        return option;
    }
}
