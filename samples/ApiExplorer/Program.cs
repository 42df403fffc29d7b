using ApiExplorer;
using ApiExplorer.Import;
using ApiExplorer.Load;
using Larder;
using Microsoft.Extensions.Options;
using Npgsql;

const int Failed = 1;
const int BadUsage = 2;

ExplorerOptions options;
try
{
    options = ExplorerOptions.Parse(args, Environment.GetEnvironmentVariable(ExplorerOptions.PostgresVariable));
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
        await new CatalogImporter(Target(), options.Assemblies, Console.Out, !Console.IsOutputRedirected).EnsureCatalogAsync();

    if (options.Load)
        return await LoadCommand.RunAsync(options, Console.Out) ? 0 : Failed;

    await ExplorerServer.RunAsync(options);
    return 0;
}
catch (NpgsqlException exception)
{
    Console.Error.WriteLine($"The PostgreSQL that {ExplorerOptions.PostgresVariable} names: {exception.Message}");
    return BadUsage;
}
catch (Exception exception) when (IsOfSettings(exception))
{
    // The message says which setting is wrong, and what to write.
    foreach (var problem in exception is AggregateException several ? several.InnerExceptions : [exception])
        Console.Error.WriteLine(problem.Message);
    return BadUsage;
}

ICatalogTarget Target() => options.Postgres is { } postgres ? new PostgresTarget(postgres) : new SqliteTarget(options.DatabasePath);

static bool IsOfSettings(Exception exception) => exception is AggregateException several
    ? several.InnerExceptions.All(IsOfSettings)
    : exception is OptionsValidationException or ArgumentException or CacheException or ServerStartException;
