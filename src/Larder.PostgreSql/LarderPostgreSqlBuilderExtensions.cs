using Larder;
using Larder.PostgreSql;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the stores of an application in step with what other programs write to a PostgreSQL.</summary>
public static class LarderPostgreSqlBuilderExtensions
{
    /// <summary>Listens to NOTIFY while the host runs; see <see cref="PostgresCacheExtensions.ListenToNotifications"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string of Npgsql.</param>
    /// <param name="configure">Says which tables belong to which stores.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddPostgresNotifications(this LarderBuilder builder, string connectionString, Action<PostgresChangeOptions> configure, string? cacheName = null) =>
        Add(builder, cacheName, cache => cache.ListenToNotifications(connectionString, configure));

    /// <summary>Listens to logical replication while the host runs; see <see cref="PostgresCacheExtensions.ListenToReplication"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string of Npgsql.</param>
    /// <param name="configure">Says which tables belong to which stores.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddPostgresReplication(this LarderBuilder builder, string connectionString, Action<PostgresChangeOptions> configure, string? cacheName = null) =>
        Add(builder, cacheName, cache => cache.ListenToReplication(connectionString, configure));

    private static LarderBuilder Add(LarderBuilder builder, string? cacheName, Func<ICache, PostgresChanges> listen)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IHostedService>(services => new PostgresChangesHost(listen(cacheName is null ? services.GetRequiredService<ICache>() : services.GetRequiredKeyedService<ICache>(cacheName))));
        return builder;
    }
}
