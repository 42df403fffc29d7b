using Npgsql;

namespace Larder.PostgreSql;

/// <summary>How far a primary has come in its write-ahead log, and a replica in replaying it: the two positions of a <see cref="ReplicatedSource{TKey, T}"/>.</summary>
public static class PostgresPosition
{
    /// <summary>Makes what reads <c>pg_current_wal_lsn()</c> of a primary, in bytes.</summary>
    /// <param name="primary">Connects to the primary.</param>
    /// <returns>What reads it.</returns>
    public static Func<CancellationToken, ValueTask<long>> Written(NpgsqlDataSource primary)
    {
        ArgumentNullException.ThrowIfNull(primary);
        return cancellationToken => ReadAsync(primary, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint", cancellationToken);
    }

    /// <summary>Makes what reads <c>pg_last_wal_replay_lsn()</c> of a replica, in bytes. It must be the one replica that is read, and not one of several behind a balancer.</summary>
    /// <param name="replica">Connects to the replica.</param>
    /// <returns>What reads it.</returns>
    public static Func<CancellationToken, ValueTask<long>> Replayed(NpgsqlDataSource replica)
    {
        ArgumentNullException.ThrowIfNull(replica);
        return cancellationToken => ReadAsync(replica, "SELECT coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint, 0)", cancellationToken);
    }

    private static async ValueTask<long> ReadAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two statements above.
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        await using var disposal = command.ConfigureAwait(false);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
