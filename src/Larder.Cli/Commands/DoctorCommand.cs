using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Doctor;
using Larder.Cli.Rendering;
using Larder.Cli.Sampling;
using Larder.Cli.Targets;

namespace Larder.Cli.Commands;

/// <summary><c>larder doctor</c>.</summary>
internal sealed class DoctorCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "findings",
        new Column("check", "Check"),
        new Column("severity", "Severity"),
        new Column("server", "Server"),
        new Column("setting", "Setting"),
        new Column("value", "Value"),
        new Column("message", "What it means"),
        new Column("advice", "What to do"));

    private readonly Option<SampleSize> _sample = new("--sample")
    {
        Description = "How many entries are looked at: a number, a share of the keys such as 5%, or all.",
        HelpName = "size",
        DefaultValueFactory = static _ => new SampleSize(1_000, 1),
        CustomParser = static result => GlobalOptions.Parse(result, SampleSize.Parse),
    };

    public DoctorCommand(ToolSetup setup)
        : base(
            "doctor",
            "Looks for what is wrong with a cache and its servers, and says what to change. It changes nothing. The exit code is 1 when there is a warning or an error.",
            setup,
            "doctor --redis localhost:6379 --cache shop",
            "doctor --url http://localhost:5000/larder",
            "doctor --redis localhost:6379 --output json | jq '.findings[] | select(.severity != \"ok\")'") => Add(_sample);

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var findings = (await FindAsync(invocation, target, cancellationToken)).OrderByDescending(finding => finding.Severity).ToArray();
        var (errors, warnings) = (findings.Count(finding => finding.Severity == Severity.Error), findings.Count(finding => finding.Severity == Severity.Warning));
        if (invocation.IsForPeople)
        {
            FindingText.Write(invocation.Terminal, findings);
            invocation.Say($"{findings.Length} checks of {target.Description}: {errors} errors, {warnings} warnings.");
        }
        else
        {
            var report = invocation.Begin(s_shape);
            foreach (var finding in findings)
            {
                report.Row(finding.Check, NameOf(finding.Severity), finding.Server, finding.Setting, finding.Value, finding.Message, finding.Advice);
            }

            report.End(("errors", errors), ("warnings", warnings));
        }

        return errors + warnings > 0 ? ExitCode.Error : ExitCode.Ok;
    }

    private async ValueTask<IEnumerable<Finding>> FindAsync(Invocation invocation, ITarget target, CancellationToken cancellationToken)
    {
        using var progress = new ProgressLine(invocation.Terminal, "keys looked at");
        return target is RedisTarget redis
            ? RedisDoctor.Judge(await Examination.OfAsync(redis, invocation.Get(_sample)!, progress, cancellationToken))
            : await ((DashboardTarget)target).ExamineAsync(cancellationToken);
    }

    private static string NameOf(Severity severity) => severity switch
    {
        Severity.Ok => "ok",
        Severity.Unknown => "unknown",
        Severity.Warning => "warning",
        _ => "error",
    };
}
