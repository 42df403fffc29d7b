using System.Globalization;

namespace ApiExplorer;

/// <summary>What the command line asks for.</summary>
internal sealed record ExplorerOptions
{
    /// <summary>The setting <c>Larder:Postgres</c> in the environment.</summary>
    public const string PostgresVariable = "Larder__Postgres";

    public const string Usage = """
        ApiExplorer: browse the public API of the installed .NET, served through Larder.

          dotnet run -c Release --project samples/ApiExplorer [-- options]

          --data <folder>       where the catalogue is kept (default: the user's local application data)
          --assemblies <names>  import only these, with commas between (default: all of the installed frameworks)
          --urls <addresses>    where to listen (default: http://127.0.0.1:5210, or a free port when that is taken)
          --load                drive the application without and with the cache, compare, exit 0 when all criteria hold
          --seconds <n>         length of each measurement of --load (default 15)
          --connections <n>     connections of --load (default 64)
          --seed <n>            seed of --load's requests (default 1)
          --help                this text

        The cache is configured like any Larder cache, e.g. Larder__Enabled=false or Larder__TimeToLive=00:10:00 in the environment.
        It is in memory, or with Larder__Redis__ConnectionString=redis://localhost:6379 in Redis.
        The catalogue is in a SQLite file, or with Larder__Postgres="Host=localhost;Username=explorer;Database=explorer" in PostgreSQL.
        """;

    /// <summary>The folder of the catalogue.</summary>
    public string DataFolder { get; init; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
        "Larder",
        "ApiExplorer");

    /// <summary>The assemblies to import; none for all.</summary>
    public IReadOnlyList<string> Assemblies { get; init; } = [];

    /// <summary>Where to listen; null for the default.</summary>
    public string? Urls { get; init; }

    public bool Help { get; init; }

    public bool Load { get; init; }

    /// <summary>Length of one measurement in seconds.</summary>
    public int Seconds { get; init; } = 15;

    public int Connections { get; init; } = 64;

    public int Seed { get; init; } = 1;

    /// <summary>For proving that the load mode's checker sees staleness: writes leave the cache alone. Not listed in the usage.</summary>
    public bool WithoutInvalidation { get; init; }

    /// <summary>Set for the server that the load mode starts: stops when its standard input ends. Not listed in the usage.</summary>
    public bool Child { get; init; }

    /// <summary>The connection string of the PostgreSQL that has the catalogue; null for SQLite.</summary>
    public string? Postgres { get; init; }

    public string DatabasePath => Path.Combine(DataFolder, "catalog.db");

    /// <exception cref="FormatException">An option is unknown, has no value or a bad one; the message says which.</exception>
    public static ExplorerOptions Parse(IReadOnlyList<string> arguments, string? postgres)
    {
        var options = new ExplorerOptions { Postgres = string.IsNullOrEmpty(postgres) ? null : postgres };
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--help" or "-h" => options with { Help = true },
                "--load" => options with { Load = true },
                "--without-invalidation" => options with { WithoutInvalidation = true },
                "--child" => options with { Child = true },
                "--data" => options with { DataFolder = Path.GetFullPath(Value(arguments, ++i)) },
                "--assemblies" => options with { Assemblies = Value(arguments, ++i).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--urls" => options with { Urls = Value(arguments, ++i) },
                "--seconds" => options with { Seconds = Number(arguments, ++i, 1, 3_600) },
                "--connections" => options with { Connections = Number(arguments, ++i, 1, 4_096) },
                "--seed" => options with { Seed = Number(arguments, ++i, 0, int.MaxValue) },
                _ => throw new FormatException($"'{name}' is not an option. --help lists them."),
            };
        }

        return options is { Load: true, Postgres: not null }
            ? throw new FormatException($"--load measures the cache over SQLite: clear {PostgresVariable}.")
            : options;
    }

    private static string Value(IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count ? arguments[index] : throw new FormatException($"{arguments[index - 1]} wants a value.");

    private static int Number(IReadOnlyList<string> arguments, int index, int minimum, int maximum)
    {
        var text = Value(arguments, index);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : throw new FormatException($"{arguments[index - 1]} wants a whole number from {minimum} to {maximum}, not '{text}'.");
    }
}
