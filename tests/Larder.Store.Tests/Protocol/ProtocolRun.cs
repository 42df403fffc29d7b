using System.Diagnostics;
using Larder.Store.Tests.Rows;
using Npgsql;

namespace Larder.Store.Tests.Protocol;

/// <summary>
/// Rounds of four readers and two writers that fight for one row, over a real database. Readers wait between reading and storing, writers at each of their steps, both for random
/// times; writers may die. One reader is in another process, where a copy may be read for the moment until it has heard of a write. Afterwards what is cached is compared with the database.
/// </summary>
/// <param name="options">What is tried.</param>
/// <param name="database">The database.</param>
/// <param name="cache">The cache of the process in which all this is.</param>
/// <param name="other">The cache of another process; the same where there is no other.</param>
internal sealed class ProtocolRun(ProtocolOptions options, NpgsqlDataSource database, ICache cache, ICache other)
{
    private const int AtOnce = 8;
    private const int Readers = 4;
    private const int Writers = 2;

    private readonly AccountTable _table = new(database) { AfterLoad = () => PauseAsync(16) };
    private readonly TaskCompletionSource _grave = new();
    private long _reads;
    private long _oldReads;
    private long _oldReadsElsewhere;
    private int _deaths;
    private int _staleRounds;

    private static readonly AsyncLocal<Random?> s_random = new();
    private static readonly TimeSpan s_pushLimit = TimeSpan.FromSeconds(2);

    public async Task<ProtocolFigures> RunAsync()
    {
        await _table.CreateAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, options.Rounds), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (round, _) => await RoundAsync(round));
        return new ProtocolFigures(options.Rounds, _staleRounds, _reads, _oldReads, _oldReadsElsewhere, _deaths, _table.Loads);
    }

    private async Task RoundAsync(int round)
    {
        var id = AccountTable.NewId();
        await _table.SaveAsync(id, new Account(id, 1), null, default);
        var (store, elsewhere) = (Open(cache), Open(other));
        var acknowledged = new Acknowledged();
        var dead = new List<SteppedConnection>();
        var readers = Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(reader == 0 ? elsewhere : store, reader == 0 && other != cache, id, acknowledged, Seeded(round, reader))));
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(store, id, acknowledged, dead, Seeded(round, Readers + writer))));
        await Task.WhenAll([.. readers, .. writers]);
        var version = await _table.VersionAsync(id);
        foreach (var looker in new[] { cache, other }.Distinct())
        {
            if (await IsStaleAsync(looker, isElsewhere: looker != cache))
            {
                Interlocked.Increment(ref _staleRounds);
                break;
            }
        }

        foreach (var connection in dead)
        {
            await connection.DisposeAsync();
        }

        // What another process has copied is gone when its push has come, and what is stale for good is so for as long as anybody looks.
        async Task<bool> IsStaleAsync(ICache looker, bool isElsewhere)
        {
            var start = Stopwatch.GetTimestamp();
            while (true)
            {
                var entry = await Open(looker).Cache.GetAsync(id);
                if (!entry.HasValue || entry.Value.Version == version)
                {
                    return false;
                }

                if (!isElsewhere || Stopwatch.GetElapsedTime(start) > s_pushLimit)
                {
                    return true;
                }

                await Task.Delay(1);
            }
        }
    }

    private ICachedStore<Account, long> Open(ICache over) => over.Store(_table.Name, _table, account => account.Id, new StoreOptions { Consistency = options.Consistency, TimeToLive = TimeSpan.FromMinutes(30) });

    private async Task ReadAsync(ICachedStore<Account, long> store, bool isElsewhere, long id, Acknowledged acknowledged, Random random)
    {
        s_random.Value = random;
        for (var i = 0; i < 4; i++)
        {
            await PauseAsync();
            var known = acknowledged.Version;
            var account = options.IsUnfenced ? await ReadUnfencedAsync(store, id) : await store.FindAsync(id);
            Interlocked.Increment(ref _reads);
            if (account!.Version < known)
            {
                Interlocked.Increment(ref isElsewhere ? ref _oldReadsElsewhere : ref _oldReads);
            }
        }
    }

    private async Task<Account?> ReadUnfencedAsync(ICachedStore<Account, long> store, long id)
    {
        if (await store.Cache.GetAsync(id) is { HasValue: true } hit)
        {
            return hit.Value;
        }

        var account = await _table.LoadAsync(id, default);
        await store.Cache.SetAsync(id, account!);
        return account;
    }

    private async Task WriteAsync(ICachedStore<Account, long> store, long id, Acknowledged acknowledged, List<SteppedConnection> dead, Random random)
    {
        s_random.Value = random;
        var dies = options.HasDeaths && random.Next(5) == 0;
        var died = new TaskCompletionSource();
        var connection = new SteppedConnection(database.CreateConnection())
        {
            BeforeCommit = PauseAsync,
            AfterCommit = async () =>
            {
                await PauseAsync();
                if (dies)
                {
                    died.SetResult();
                    await _grave.Task;
                }
            },
        };
        await PauseAsync();
        var write = WriteOnceAsync(store, id, connection, acknowledged);
        if (await Task.WhenAny(write, died.Task) == died.Task)
        {
            Interlocked.Increment(ref _deaths);
            lock (dead)
            {
                dead.Add(connection);
            }

            return;
        }

        await write;
        await connection.DisposeAsync();
    }

    private async Task WriteOnceAsync(ICachedStore<Account, long> store, long id, SteppedConnection connection, Acknowledged acknowledged)
    {
        await using var write = await cache.BeginWriteAsync(connection);
        if (!options.IsUnfenced)
        {
            await write.TouchAsync(store, id);
        }

        await PauseAsync();
        var version = await _table.IncrementAsync(id);
        await PauseAsync();
        await write.CommitAsync();
        if (options.IsUnfenced)
        {
            await store.Cache.RemoveAsync(id);
        }

        acknowledged.Add(version);
    }

    private Random Seeded(int round, int actor) => new(HashCode.Combine(options.Seed, round, actor));

    private static Task PauseAsync() => PauseAsync(6);

    /// <summary>Waits for a random time, often not at all.</summary>
    private static async Task PauseAsync(int limit)
    {
        var pause = (s_random.Value ?? Random.Shared).Next(limit + 1);
        if (pause > 0)
        {
            await Task.Delay(pause - 1);
        }
    }

    /// <summary>The newest version whose write has returned.</summary>
    private sealed class Acknowledged
    {
        private long _version;

        public long Version => Volatile.Read(ref _version);

        public void Add(long version)
        {
            for (var known = Version; known < version && Interlocked.CompareExchange(ref _version, version, known) != known;)
            {
                known = Version;
            }
        }
    }
}
