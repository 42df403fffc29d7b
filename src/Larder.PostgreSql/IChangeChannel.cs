namespace Larder.PostgreSql;

/// <summary>A way in which a PostgreSQL tells of changes.</summary>
internal interface IChangeChannel
{
    string Description { get; }

    /// <summary>Makes what is needed in the database.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Connects, drops what may have been missed, and hands on what it hears until the connection is lost.</summary>
    /// <param name="onListening">Called when nothing is missed any more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ListenAsync(Action onListening, CancellationToken cancellationToken);
}
