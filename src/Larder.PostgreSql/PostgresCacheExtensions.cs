using Larder.Views;

namespace Larder.PostgreSql;

/// <summary>Keeps the stores of a cache in step with what other programs write to a PostgreSQL.</summary>
public static class PostgresCacheExtensions
{
    /// <summary>
    /// Listens to NOTIFY, which triggers on the tables send. Commits with a notification go one after another in the whole database: for tables that are written seldom. Needs a session of its own,
    /// which a pooler of transactions does not give.
    /// </summary>
    /// <param name="cache">The cache of the stores.</param>
    /// <param name="connectionString">The connection string of Npgsql.</param>
    /// <param name="configure">Says which tables belong to which stores.</param>
    /// <returns>What listens, once it is started; dispose it before the cache.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, or the cache is a view or not Larder's own.</exception>
    public static PostgresChanges ListenToNotifications(this ICache cache, string connectionString, Action<PostgresChangeOptions> configure)
    {
        var options = Configured(connectionString, configure);
        return new PostgresChanges(StoresOf(cache), options, target => new NotificationChannel(connectionString, options, target));
    }

    /// <summary>
    /// Listens to logical replication, which tells of all that is committed: raw SQL, cascades, TRUNCATE. Needs <c>wal_level = logical</c>, a user with REPLICATION, and primary keys.
    /// </summary>
    /// <param name="cache">The cache of the stores.</param>
    /// <param name="connectionString">The connection string of Npgsql.</param>
    /// <param name="configure">Says which tables belong to which stores.</param>
    /// <returns>What listens, once it is started; dispose it before the cache.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, or the cache is a view or not Larder's own.</exception>
    public static PostgresChanges ListenToReplication(this ICache cache, string connectionString, Action<PostgresChangeOptions> configure)
    {
        var options = Configured(connectionString, configure);
        return new PostgresChanges(StoresOf(cache), options, target => new ReplicationChannel(connectionString, options, target));
    }

    private static PostgresChangeOptions Configured(string connectionString, Action<PostgresChangeOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new PostgresChangeOptions();
        configure(options);
        return options;
    }

    private static Store.StoreCore StoresOf(ICache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return cache is CacheView { IsWhole: true } view ? view.Core.Stores : throw new ArgumentException("Changes of a database are listened to for a whole cache of Larder's own.", nameof(cache));
    }
}
