namespace Larder.Soak.Caches;

/// <summary>What a process needs to make its cache.</summary>
/// <param name="Connection">The connection string.</param>
/// <param name="Settings">Keys and values of the configuration, such as <c>Larder:Redis:CommandTimeout=00:00:01</c>.</param>
/// <param name="Control">What stands in for the cache.</param>
internal sealed record CacheSettings(string Connection, IReadOnlyList<string> Settings, Control Control = Control.None)
{
    public static CacheSettings From(Arguments arguments) =>
        new(arguments.Required("connection"), arguments.All("set"), arguments.Choice("control", Control.None));

    public IEnumerable<string> Words() =>
        ["--connection", Connection, .. Settings.SelectMany(setting => new[] { "--set", setting }), "--control", Control.ToString()];
}
