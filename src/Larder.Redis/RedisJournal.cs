using Larder.Redis.Configuration;
using Larder.Redis.Hosting;
using Larder.Redis.Journal;
using Larder.Writing;

namespace Larder.Redis;

/// <summary>
/// A journal of write-behind in Redis Streams, which processes share: a write is accepted when Redis has it, and whichever process lives delivers it. As durable as the
/// server: with <c>appendonly yes</c> and <c>appendfsync always</c> a power failure loses nothing, with <c>everysec</c> a second, without an append-only file everything since the last snapshot.
/// </summary>
/// <remarks>
/// The writes are divided into partitions by their keys. Each partition is delivered by one process at a time, in order; the processes share the partitions evenly, and
/// take over those of one that died when its lease has ended. The source gets the version of each write, and must refuse a version that is not above the one
/// it has: after a crash writes come twice.
/// </remarks>
public sealed class RedisJournal : WriteJournal
{
    private readonly RedisOptions _options;

    /// <summary>Makes a journal.</summary>
    /// <param name="name">The name, which its keys in Redis begin with; 1 to 64 characters without braces. One for each source.</param>
    /// <param name="connectionString">The servers; see <see cref="RedisOptions.ConnectionString"/>.</param>
    /// <exception cref="ArgumentException">The name is not possible, or the connection string malformed.</exception>
    public RedisJournal(string name, string connectionString)
        : this(name, new RedisOptions { ConnectionString = connectionString })
    {
    }

    /// <summary>Makes a journal.</summary>
    /// <param name="name">The name, which its keys in Redis begin with; 1 to 64 characters without braces. One for each source.</param>
    /// <param name="options">How to reach Redis; copied. Settings of entries have no effect, but for <see cref="RedisOptions.MaxValueBytes"/>.</param>
    /// <exception cref="ArgumentException">The name is not possible, or an option is out of its range.</exception>
    public RedisJournal(string name, RedisOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(options);
        if (name.Length > 64 || name.AsSpan().ContainsAny('{', '}'))
        {
            throw new ArgumentException($"The name '{name}' of the journal is not possible: at most 64 characters, and no braces.", nameof(name));
        }

        if (RedisOptionsValidator.Failures(options).FirstOrDefault() is { } failure)
        {
            throw new ArgumentException($"The journal '{name}': {failure}", nameof(options));
        }

        if (options.Endpoints.Count == 0)
        {
            throw new ArgumentException($"The journal '{name}' has no server. Set ConnectionString or Endpoints.", nameof(options));
        }

        Name = name;

        // Nothing of a journal is kept in memory, so that its connections need not be told of changes.
        _options = options.Copy();
        _options.LocalCopies = RedisLocalCopies.None;
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets how many parts the journal has, and so how many processes can deliver at the same time. 1 to 256; the same in all processes; default 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public int Partitions
    {
        get;
        init => field = value is >= 1 and <= 256 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"Partitions is {value}, and must be from 1 to 256.");
    }
    = 8;

    /// <summary>Gets how long a process that died, or is cut off, keeps its partitions from the others. 1 second to 10 minutes; default 10 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range.</exception>
    public TimeSpan Lease
    {
        get;
        init => field = value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromMinutes(10)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Lease is {value}, and must be from 1 second to 10 minutes.");
    }
    = TimeSpan.FromSeconds(10);

    internal override bool IsShared => true;

    /// <summary>Tells the name and the servers, and no secret.</summary>
    /// <returns>A text for people.</returns>
    public override string ToString() => $"journal '{Name}' in {_options}";

    internal override IWriteQueue<TKey, T> Open<TKey, T>(WriteQueueSettings<TKey, T> settings) =>
        new RedisWriteQueue<TKey, T>(settings, new JournalStore(RedisClients.Get(_options, Name, settings.LoggerFactory), Name, Partitions), Lease, _options.MaxValueBytes);
}
