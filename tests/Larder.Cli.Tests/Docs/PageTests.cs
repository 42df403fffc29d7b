using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Larder.Cli.CommandLine;
using Larder.Cli.Tests.Running;

namespace Larder.Cli.Tests.Docs;

/// <summary>docs/reference/cli.md says of each command what the tool says. Between the marks the page is the tool's own text; <c>LARDER_APPROVE_GOLDEN=1</c> writes it.</summary>
public sealed partial class PageTests
{
    private const string Page = "docs/reference/cli.md";

    private static readonly string s_path = Path.Combine(Golden.RepositoryRoot(), Page);

    [Fact]
    public void The_page_has_each_command_and_no_other()
    {
        var commands = Commands(Root()).Select(command => Tool.NameOf(command)["larder ".Length..]);

        Assert.Equal(commands.Order(StringComparer.Ordinal), Blocks().Matches(File.ReadAllText(s_path)).Select(block => block.Groups["name"].Value).Where(name => name != "options").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Options_and_examples_are_those_of_the_tool()
    {
        var page = File.ReadAllText(s_path);
        var root = Root();
        var commands = Commands(root).ToDictionary(command => Tool.NameOf(command)["larder ".Length..]);
        var expected = Blocks().Replace(page, block => $"<!-- larder: {block.Groups["name"].Value} -->\n{(block.Groups["name"].Value == "options" ? OptionsText(root.Options) : CommandText(commands[block.Groups["name"].Value]))}<!-- end -->");
        if (Environment.GetEnvironmentVariable("LARDER_APPROVE_GOLDEN") == "1")
        {
            File.WriteAllText(s_path, expected);
            page = expected;
        }

        Assert.Equal(expected, page);
    }

    [Fact]
    public void Every_command_has_examples_that_are_understood()
    {
        foreach (var command in Commands(Root()))
        {
            Assert.NotEmpty(command.Examples);
            foreach (var example in command.Examples)
            {
                // What is behind a pipe, a comparison or a redirection belongs to the shell.
                var words = Words(example.StartsWith("jq", StringComparison.Ordinal) || example.StartsWith("cut", StringComparison.Ordinal) ? example[(example.IndexOf("larder ", StringComparison.Ordinal) + 7)..] : example);
                Assert.Empty(Root().Parse(words).Errors);
            }
        }
    }

    [Fact]
    public async Task Help_shows_examples() => Assert.Contains("larder keys rm user:42 user:43", (await Run.ToolAsync("keys", "rm", "--help")).Output);

    [Fact]
    public async Task No_arguments_show_the_commands() => Golden.Equal("help.txt", Regex.Replace((await Run.ToolAsync()).Transcript(), @"(?m)^  \S+ \[command\].*$", "  larder [command] [options]"));

    private static RootCommand Root() => Tool.Create(new Terminal { Output = TextWriter.Null, Error = TextWriter.Null, Input = TextReader.Null });

    private static IEnumerable<ToolCommand> Commands(Command command) =>
        command.Subcommands.SelectMany(Commands).Concat(command is ToolCommand tool ? [tool] : Array.Empty<ToolCommand>());

    private static string CommandText(ToolCommand command)
    {
        var text = new StringBuilder($"{command.Description}\n\n");
        if (command.Arguments.Count + command.Options.Count > 0)
        {
            text.Append("| | |\n|---|---|\n");
        }

        foreach (var argument in command.Arguments)
        {
            text.Append($"| `{(argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $"[{argument.Name}]" : argument.Name)}{(argument.Arity.MaximumNumberOfValues > 1 ? "..." : "")}` | {Escape(argument.Description)} |\n");
        }

        text.Append(Rows(command.Options));
        return text.Append($"\n```bash\n{string.Concat(command.Examples.Select(example => (example.StartsWith("jq", StringComparison.Ordinal) || example.StartsWith("cut", StringComparison.Ordinal) ? "" : "larder ") + example + "\n"))}```\n").ToString();
    }

    private static string OptionsText(IEnumerable<Option> options) => "| | |\n|---|---|\n" + Rows(options.Where(option => option.Recursive && option.Name is not ("--help" or "--version")));

    private static string Rows(IEnumerable<Option> options) => string.Concat(options.Select(option =>
        $"| {string.Join(", ", option.Aliases.Prepend(option.Name).Select(name => $"`{name}`"))}{(option.HelpName is null ? "" : $" {Escape(option.HelpName)}")} | {Escape(option.Description)}{DefaultOf(option)} |\n"));

    private static string DefaultOf(Option option) => option.HasDefaultValue && option.ValueType != typeof(bool) && option.GetDefaultValue() switch
    {
        TimeSpan span => Rendering.Humane.Duration(span),
        int number and > 0 and < int.MaxValue => Rendering.Humane.Count(number),
        string { Length: > 0 } text => $"`{text}`",
        _ => null,
    } is { } value ? $" Default: {value}." : "";

    private static string Escape(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal).Replace("{", "\\{", StringComparison.Ordinal);

    /// <summary>Splits as a shell does, up to what the shell keeps.</summary>
    private static string[] Words(string line) => [.. Word().Matches(line).Select(word => word.Value.Trim('\'')).TakeWhile(word => word is not ("|" or ">" or "&&"))];

    [GeneratedRegex(@"<!-- larder: (?<name>[^>]+?) -->\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();
}
