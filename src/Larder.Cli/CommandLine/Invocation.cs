using System.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;

namespace Larder.Cli.CommandLine;

/// <summary>A command line that was understood: its values, the cache that it means, and how results are written.</summary>
internal sealed class Invocation(ParseResult parse, ToolSetup setup)
{
    public Terminal Terminal => setup.Terminal;

    public OutputFormat Format => parse.GetValue(setup.Options.Output);

    /// <summary>Gets whether results are to be read by people.</summary>
    public bool IsForPeople => Format == OutputFormat.Table;

    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    public T? Get<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>Tells whether an option was written, and not left to its default.</summary>
    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Reads which cache is meant.</summary>
    /// <exception cref="ToolException">None is, or a password is where it must not be.</exception>
    public TargetAddress Address() => AddressResolver.Resolve(this, setup.Options);

    /// <summary>Opens the cache that is meant.</summary>
    public ValueTask<ITarget> OpenAsync(CancellationToken cancellationToken) => Target.OpenAsync(Address(), cancellationToken);

    /// <summary>Begins a list of results.</summary>
    public IReportWriter Begin(ReportShape shape) => Format switch
    {
        OutputFormat.Json => new JsonReportWriter(Terminal, shape),
        OutputFormat.Csv => new CsvReportWriter(Terminal, shape),
        OutputFormat.Name => new NameReportWriter(Terminal),
        _ => new TableReportWriter(Terminal, shape),
    };

    /// <summary>Begins results that come for as long as the command runs, each written at once.</summary>
    public IReportWriter BeginStream(ReportShape shape) => Format switch
    {
        OutputFormat.Json => new JsonLinesWriter(Terminal, shape),
        OutputFormat.Csv => new CsvReportWriter(Terminal, shape),
        OutputFormat.Name => new NameReportWriter(Terminal),
        _ => new LineWriter(Terminal, shape),
    };

    /// <summary>Writes one result, of which everything is shown.</summary>
    public void Write(ReportShape shape, params object?[] values) => RecordWriter.Write(Terminal, Format, shape, values);

    /// <summary>Says something about the results, to people.</summary>
    public void Say(string message) => Terminal.Error.WriteLine(message);
}
