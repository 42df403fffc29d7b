using System.Globalization;

namespace Larder.HitRatio;

/// <summary>The command line.</summary>
internal sealed class HitRatioOptions
{
    public const string Usage = """
        Replays access traces through Larder and through simulations of other eviction policies.

          dotnet run -c Release --project bench/HitRatio -- [folder] [options]

        folder            a folder of NAME.u64.gz (gzip of little-endian 64-bit integers, one key per access), with NAME.sizes.u64.gz
                          beside it where the sizes of the objects are known; without a folder, traces are generated
        --sizes 0.1,1,10  cache sizes in percent of the unique keys (default 0.1,0.5,1,2,5,10)
        --traces a,b      only these traces
        --limit N         only the first N accesses of each trace
        --csv file        writes every row
        --markdown file   writes the means as tables of Markdown
        --svg file        draws the gap to the optimum for each trace
        --check           compares the simulations with figures measured elsewhere, on the traces of the folder that have some;
                          the exit code is 1 when one is off
        """;

    public string? Folder { get; private set; }

    public IReadOnlyList<double> Percents { get; private set; } = [0.1, 0.5, 1, 2, 5, 10];

    public IReadOnlyList<string>? Traces { get; private set; }

    public int Limit { get; private set; } = int.MaxValue;

    public string? CsvFile { get; private set; }

    public string? MarkdownFile { get; private set; }

    public string? SvgFile { get; private set; }

    public bool IsCheck { get; private set; }

    public bool IsHelp { get; private set; }

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">An argument is unknown or malformed.</exception>
    public static HitRatioOptions Parse(IEnumerable<string> arguments)
    {
        var options = new HitRatioOptions();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var argument))
        {
            options.Take(argument, rest);
        }

        if (options.Folder is not null && !Directory.Exists(options.Folder))
        {
            throw new FormatException($"There is no folder '{options.Folder}'.");
        }

        return options.Folder is not null || !options.IsCheck
            ? options
            : throw new FormatException("--check needs a folder: its figures were measured on recorded traces.");
    }

    private static string Next(string argument, Queue<string> rest) =>
        rest.TryDequeue(out var value) ? value : throw new FormatException($"{argument} needs a value after it.");

    private static double Percent(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100
            ? percent
            : throw new FormatException($"'{text}' is not a size. --sizes takes percentages above 0 up to 100, such as 0.5,2,10.");

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new FormatException($"'{text}' is not a number of accesses. --limit takes an integer above 0.");

    private void Take(string argument, Queue<string> rest)
    {
        switch (argument)
        {
            case "--sizes":
                Percents = [.. Next(argument, rest).Split(',').Select(Percent)];
                break;
            case "--traces":
                Traces = Next(argument, rest).Split(',');
                break;
            case "--limit":
                Limit = Count(Next(argument, rest));
                break;
            case "--csv":
                CsvFile = Next(argument, rest);
                break;
            case "--markdown":
                MarkdownFile = Next(argument, rest);
                break;
            case "--svg":
                SvgFile = Next(argument, rest);
                break;
            case "--check":
                IsCheck = true;
                break;
            case "--help":
                IsHelp = true;
                break;
            case var _ when argument.StartsWith('-') || Folder is not null:
                throw new FormatException($"'{argument}' is not known.");
            default:
                Folder = argument;
                break;
        }
    }
}
