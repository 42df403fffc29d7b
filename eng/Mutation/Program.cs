// How many small faults of the core's code do its tests notice? Takes a random sample of changes of one line, builds each, and runs the tests of Larder until one fails, and in the end
// those of loads that processes share (redis-server must be installed).
//
//   dotnet run -c Release --project eng/Mutation                          100 changes of Memory, Loading and Invalidation: an hour or two
//   dotnet run -c Release --project eng/Mutation -- --sample 30 Loading   30 changes of one folder
//   dotnet run -c Release --project eng/Mutation -- --seed 7              another sample, or the same again
//
// Works on a copy of what is committed. Prints each outcome, and at the end the share that was noticed.
using System.Diagnostics;
using System.Globalization;
using Larder.Mutation;

var (sample, seed, folders) = (100, 1, new List<string>());
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--sample" when int.TryParse(args.ElementAtOrDefault(++i), CultureInfo.InvariantCulture, out var count) && count > 0:
            sample = count;
            break;
        case "--seed" when int.TryParse(args.ElementAtOrDefault(++i), CultureInfo.InvariantCulture, out var number):
            seed = number;
            break;
        case var folder when Directory.Exists(Path.Combine("src/Larder", folder)):
            folders.Add(folder);
            break;
        default:
            await Console.Error.WriteLineAsync($"'{args[Math.Min(i, args.Length - 1)]}' is no option with its number, and no folder of src/Larder. See the head of eng/Mutation/Program.cs. It is run from the root of the repository.");
            return 2;
    }
}

var copy = Directory.CreateTempSubdirectory("larder-mutation-");
try
{
    using (var clone = Process.Start("git", ["clone", "-q", ".", copy.FullName]))
    {
        await clone.WaitForExitAsync();
    }

    var mutants = (folders.Count > 0 ? folders : ["Memory", "Loading", "Invalidation"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(copy.FullName, "src/Larder", folder), "*.cs").Order(StringComparer.Ordinal))
        .SelectMany(file => Mutant.Find(copy.FullName, Path.GetRelativePath(copy.FullName, file)))
        .ToArray();
    new Random(seed).Shuffle(mutants);
    Console.WriteLine($"{mutants.Length} changes are possible; seed {seed}.");
    var trial = new Trial(copy.FullName);
    if (!await trial.PrepareAsync())
    {
        await Console.Error.WriteLineAsync("The tests do not pass as they are.");
        return 1;
    }

    var (killed, survived) = (0, 0);
    foreach (var mutant in mutants)
    {
        if (killed + survived == sample)
        {
            break;
        }

        var outcome = await trial.TryAsync(mutant);
        killed += outcome == Outcome.Killed ? 1 : 0;
        survived += outcome == Outcome.Survived ? 1 : 0;
        Console.WriteLine($"{outcome,-14} {mutant}");
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{killed} of {killed + survived} were noticed: {100.0 * killed / Math.Max(1, killed + survived):0} %."));
    return 0;
}
finally
{
    copy.Delete(recursive: true);
}
