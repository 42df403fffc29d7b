using ApiExplorer;
using ApiExplorer.Import;
using ApiExplorer.Load;

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

if (!options.Child)
    new CatalogImporter(options.DatabasePath, Console.Out, !Console.IsOutputRedirected).EnsureCatalog();
if (options.Load)
    return await LoadCommand.RunAsync(options, Console.Out) ? 0 : Failed;

await ExplorerServer.RunAsync(options);
return 0;
