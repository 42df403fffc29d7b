namespace Larder.PostgreSql;

/// <summary>What is listened to, and which stores it belongs to. Values are checked when the listener is made.</summary>
public sealed class PostgresChangeOptions
{
    /// <summary>
    /// Gets the tables that are listened to, each with the name of its store: <c>options.Tables["public.users"] = "users"</c>. A name without a schema means <c>public</c>. At least one. Default: none.
    /// </summary>
    public IDictionary<string, string> Tables { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets the channel of NOTIFY, and what names of publications and triggers begin with. Lower-case letters, digits and <c>_</c>, at most 40; default <c>larder</c>.</summary>
    public string Channel { get; set; } = "larder";

    /// <summary>
    /// Gets or sets the name of the replication slot. With a name the slot stays in the server while nobody listens, so that nothing is missed, and the processes that share a name take turns: one listens.
    /// Without, each process has a slot of its own that ends with its connection, and drops all rows when it has to connect again. Lower-case letters, digits and <c>_</c>, at most 63. Default:
    /// <see langword="null"/>.
    /// </summary>
    public string? Slot { get; set; }

    /// <summary>Gets or sets how long is waited before connecting again. 10 milliseconds to 1 hour; default 1 second.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how often the connection is tried while nothing comes. A server that does not answer within it is taken for lost. 1 second to 1 hour; default 10 seconds.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(10);
}
