using ApiExplorer;
using ApiExplorer.Import;
using ApiExplorer.Load;
using Larder;
using Microsoft.Extensions.Options;

const int Failed = 1;
const int BadUsage = 2;

ExplorerOptions options;
try
{
    options = ExplorerOptions.Parse(args);
}
catch (FormatException exception)
{
    Console.Error.WriteLine(exception.Message);
    return BadUsage;
}

if (options.Help)
{
    Console.WriteLine(ExplorerOptions.Usage);
    return 0;
}

try
{
    if (!options.Child)
        await new CatalogImporter(new SqliteTarget(options.DatabasePath), options.Assemblies, Console.Out, !Console.IsOutputRedirected).EnsureCatalogAsync();

    if (options.Load)
        return await LoadCommand.RunAsync(options, Console.Out) ? 0 : Failed;

    await ExplorerServer.RunAsync(options);
    return 0;
}
catch (Exception exception) when (IsOfSettings(exception))
{
    // The message says which setting is wrong, and what to write.
    foreach (var problem in exception is AggregateException several ? several.InnerExceptions : [exception])
        Console.Error.WriteLine(problem.Message);
    return BadUsage;
}

static bool IsOfSettings(Exception exception) => exception is AggregateException several
    ? several.InnerExceptions.All(IsOfSettings)
    : exception is OptionsValidationException or ArgumentException or CacheException or ServerStartException;
