using System.Globalization;
using System.Runtime.InteropServices;
using Larder.Peers.Scenarios;

// The scenarios by name, all where none is named; --quick for few repetitions; --traces FOLDER for recorded traces.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var isQuick = args.Contains("--quick");
var folder = args.SkipWhile(argument => argument != "--traces").ElementAtOrDefault(1);
(string Name, Func<Task> Run)[] scenarios =
[
    ("hits", () => Hits.RunAsync(isQuick)),
    ("bytes", () => Bytes.RunAsync(isQuick)),
    ("stampede", () => Stampede.RunAsync(isQuick)),
    ("races", () => Races.RunAsync(isQuick)),
    ("tags", () => Tags.RunAsync(isQuick)),
    ("coherence", () => Coherence.RunAsync(isQuick)),
    ("outage", () => Outage.RunAsync(isQuick)),
    ("redis", () => Throughput.RunAsync(isQuick)),
    ("traces", () => Traces.Run(folder, isQuick)),
];
string[] wanted = [.. args.Where(argument => !argument.StartsWith('-') && argument != folder)];
if (wanted.Except(scenarios.Select(scenario => scenario.Name)).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is no scenario. There are: {string.Join(", ", scenarios.Select(scenario => scenario.Name))}.");
    return 2;
}

Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}{(isQuick ? ", --quick" : "")}");
foreach (var (_, run) in scenarios.Where(scenario => wanted.Length == 0 || wanted.Contains(scenario.Name)))
{
    Console.WriteLine();
    await run();
}

return 0;
