namespace Larder.Soak.Caches;

/// <summary>What a process needs to make its cache.</summary>
/// <param name="Connection">The connection string.</param>
/// <param name="Settings">Keys and values of the configuration, such as <c>Larder:Redis:CommandTimeout=00:00:01</c>.</param>
/// <param name="IsNaive">Whether the control stands in for the cache: one that must fail.</param>
internal sealed record CacheSettings(string Connection, IReadOnlyList<string> Settings, bool IsNaive)
{
    public static CacheSettings From(Arguments arguments) =>
        new(arguments.Required("connection"), arguments.All("set"), arguments.Text("control", "none") == "naive");

    public IEnumerable<string> Words() =>
        ["--connection", Connection, .. Settings.SelectMany(setting => new[] { "--set", setting }), "--control", IsNaive ? "naive" : "none"];
}
