using System.Globalization;

namespace Larder.Throughput;

/// <summary>How it is measured.</summary>
/// <param name="Threads">The numbers of threads.</param>
/// <param name="Rounds">How many bursts each candidate has.</param>
internal sealed record ThroughputOptions(IReadOnlyList<int> Threads, int Rounds)
{
    private const int QuickRounds = 9;
    private const int FullRounds = 61;

    public static ThroughputOptions Parse(string[] arguments)
    {
        var options = new ThroughputOptions([1, 2, 4, 8], FullRounds);
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options with { Rounds = QuickRounds },
                "--threads" when i + 1 < arguments.Length => options with
                {
                    Threads = [.. arguments[++i].Split(',').Select(number => int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture))],
                },
                _ => throw new ArgumentException($"'{arguments[i]}' is not an option. The options are --threads 1,2,4,8 and --quick.", nameof(arguments)),
            };
        }

        return options;
    }
}
