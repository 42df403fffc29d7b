using Larder.HitRatio;
using Larder.HitRatio.Policies;
using Larder.HitRatio.Reports;
using Larder.HitRatio.Traces;

HitRatioOptions options;
try
{
    options = HitRatioOptions.Parse(args);
}
catch (FormatException failure)
{
    Console.Error.WriteLine($"{failure.Message}\n\n{HitRatioOptions.Usage}");
    return 2;
}

if (options.IsHelp)
{
    Console.WriteLine(HitRatioOptions.Usage);
    return 0;
}

if (options.IsCheck)
{
    return SimulatorCheck.Run(options.Folder!) ? 0 : 1;
}

// Before the long run rather than after it.
foreach (var file in new[] { options.CsvFile, options.MarkdownFile, options.SvgFile }.OfType<string>())
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
}

var names = options.Folder is { } folder ? TraceFolder.Names(folder) : GeneratedTraces.Names;
var replay = new Replay(options.Percents, Policy.All);
var rows = new List<ResultRow>();
foreach (var name in names.Where(name => options.Traces is null || options.Traces.Contains(name)))
{
    var trace = options.Folder is null ? GeneratedTraces.Read(name, options.Limit) : TraceFolder.Read(options.Folder, name, options.Limit);
    var added = replay.Run(trace);
    TraceReport.Write(Console.Out, added);
    rows.AddRange(added);
}

if (rows.Count == 0)
{
    Console.Error.WriteLine($"No trace was found among: {string.Join(", ", names)}");
    return 2;
}

SummaryReport.Write(Console.Out, rows);
if (options.CsvFile is not null)
{
    CsvReport.Write(options.CsvFile, rows);
}

if (options.MarkdownFile is not null)
{
    MarkdownReport.Write(options.MarkdownFile, rows, isRecorded: options.Folder is not null);
}

if (options.SvgFile is not null)
{
    GapPlot.Write(options.SvgFile, rows);
}

return 0;
