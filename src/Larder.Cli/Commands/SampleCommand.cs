using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary>A command that takes a sample and reports on it.</summary>
internal abstract class SampleCommand : ToolCommand
{
    private readonly Argument<string> _pattern = new("pattern") { Description = "Which keys, as for keys list.", DefaultValueFactory = static _ => "*" };
    private readonly Option<SampleSize> _sample = new("--sample")
    {
        Description = "How many entries are looked at: a number, a share of the keys such as 5%, or all.",
        HelpName = "size",
        DefaultValueFactory = static _ => new SampleSize(10_000, 1),
        CustomParser = static result => GlobalOptions.Parse(result, SampleSize.Parse),
    };

    protected SampleCommand(string name, string description, ToolSetup setup, params string[] examples)
        : base(name, description, setup, examples)
    {
        Add(_pattern);
        Add(_sample);
    }

    protected sealed override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        using var progress = new ProgressLine(invocation.Terminal, "keys looked at");
        var sample = await EntrySample.TakeAsync(target, invocation.Get(_pattern)!, invocation.Get(_sample)!, progress, cancellationToken);
        var (report, facts, note) = await ReportAsync(invocation, target, sample, cancellationToken);
        progress.Dispose();
        report.End([.. facts, .. sample.Facts]);
        if (invocation.IsForPeople)
        {
            invocation.Say(note is null ? sample.Description : $"{note}\n{sample.Description}");
        }

        return ExitCode.Ok;
    }

    /// <summary>Reports on a sample.</summary>
    /// <returns>The report, not yet ended; what JSON has besides; and what people are told besides.</returns>
    protected abstract ValueTask<(IReportWriter Report, IReadOnlyList<(string Name, object? Value)> Facts, string? Note)> ReportAsync(
        Invocation invocation, ITarget target, EntrySample sample, CancellationToken cancellationToken);
}
