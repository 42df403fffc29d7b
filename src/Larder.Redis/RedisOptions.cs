using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Larder.Redis.Configuration;

namespace Larder.Redis;

/// <summary>
/// How a cache reaches Redis. In configuration and environment these stand under <c>Larder:Redis</c> (<c>Larder__Redis__ConnectionString</c>), those of a named
/// cache under <c>Larder:Caches:name:Redis</c>. They are read and checked once, when the cache is made.
/// </summary>
/// <remarks>Caches of one process with the same servers and connection settings share their connections.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class RedisOptions
{
    private static readonly TimeSpan s_softTimeout = TimeSpan.FromMilliseconds(50);

    private string? _connectionString;
    private TimeSpan? _softTimeout;

    /// <summary>
    /// Gets or sets the servers and more in one text, <c>redis://user:password@host:6379/0</c>, <c>rediss://</c> for TLS, <c>unix:///path</c>, or
    /// <c>host:6379,password=...,ssl=true</c>. Setting it sets <see cref="Endpoints"/>, <see cref="User"/>, <see cref="Password"/>, <see cref="Database"/>, <see cref="Tls"/> and
    /// <see cref="SentinelServiceName"/>, to their defaults where it does not name them, and the other options that it names; what is set afterwards counts more. Default: none, the cache is in memory.
    /// </summary>
    /// <exception cref="ArgumentException">It is malformed; the message shows nothing of it but the names of options.</exception>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ConnectionString
    {
        get => _connectionString;
        set
        {
            try
            {
                RedisConnectionString.Apply(value, this);
                _connectionString = value;
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                throw new ArgumentException($"The connection string of Redis is malformed: {exception.Message}", nameof(value), exception);
            }
        }
    }

    /// <summary>Gets or sets the servers, each <c>host</c>, <c>host:port</c>, <c>[IPv6]:port</c> or <c>unix:/path</c>: one, some nodes of a cluster, or the sentinels. Default: none, the cache is in memory.</summary>
    public IReadOnlyList<string> Endpoints { get; set; } = [];

    /// <summary>Gets or sets how the servers belong together. Default: <see cref="RedisMode.Auto"/>.</summary>
    public RedisMode Mode { get; set; }

    /// <summary>Gets or sets the user of the server's ACL. Default: none, the default user.</summary>
    public string? User { get; set; }

    /// <summary>Gets or sets the password. Default: none.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Password { get; set; }

    /// <summary>Gets or sets what gives user and password for each new connection, such as tokens that expire; in place of <see cref="User"/> and <see cref="Password"/>. Default: none.</summary>
    public Func<CancellationToken, ValueTask<RedisCredentials>>? Credentials { get; set; }

    /// <summary>Gets or sets the number of the database. 0 to 65,535; default 0. A cluster has only database 0.</summary>
    public int Database { get; set; }

    /// <summary>Gets or sets whether TLS is spoken. The server's certificate must be valid for its name. Default: <see langword="false"/>.</summary>
    public bool Tls { get; set; }

    /// <summary>Gets or sets the name that the server's certificate must have. Default: the host of the endpoint.</summary>
    public string? TlsHost { get; set; }

    /// <summary>Gets or sets a PEM file with the authorities that are trusted, in place of those of the machine. It is read for each new connection. Default: none.</summary>
    public string? TlsAuthorityFile { get; set; }

    /// <summary>Gets or sets a PEM file with the certificate that is shown to the server. It is read for each new connection. Default: none.</summary>
    public string? TlsCertificateFile { get; set; }

    /// <summary>Gets or sets the PEM file with the private key of <see cref="TlsCertificateFile"/>. Default: the same file.</summary>
    public string? TlsKeyFile { get; set; }

    /// <summary>Gets or sets the certificate, with its private key, that is shown to the server; in place of <see cref="TlsCertificateFile"/>. Default: none.</summary>
    public X509Certificate2? TlsCertificate { get; set; }

    /// <summary>Gets or sets what decides whether the server's certificate is accepted. Default: it must be valid.</summary>
    public RemoteCertificateValidationCallback? TlsValidation { get; set; }

    /// <summary>Gets or sets whether any certificate is accepted, so that anyone on the way can read and change everything; a warning is logged. For development. Default: <see langword="false"/>.</summary>
    public bool TlsTrustAnyCertificate { get; set; }

    /// <summary>Gets or sets the name that connections have on the server, see <c>CLIENT LIST</c>; printable ASCII without blanks. Default: none.</summary>
    public string? ClientName { get; set; }

    /// <summary>Gets or sets how long connecting may take: name, socket, TLS and login together. 10 milliseconds to 10 minutes; default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets how long the server may take for a command, the time in the queue included; a large value is read in pieces, each of which has this time. 10 milliseconds to 10 minutes; default 500 milliseconds.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gets or sets how long get-or-create waits for the server's answer while the memory holds a value past its life that it may serve, see <see cref="CachePolicy.MaxStale"/>. It then goes on
    /// with that value, and what the server answers later is kept for the next read. 1 millisecond to <see cref="CommandTimeout"/>; default 50 milliseconds, or <see cref="CommandTimeout"/>
    /// if that is shorter.
    /// </summary>
    public TimeSpan SoftTimeout
    {
        get => _softTimeout ?? (CommandTimeout < s_softTimeout ? CommandTimeout : s_softTimeout);
        set => _softTimeout = value;
    }

    /// <summary>Gets or sets how often a silent connection is asked for a sign of life; after twice this time without one it is given up. 50 milliseconds to 10 minutes; default 500 milliseconds.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Gets or sets how often a command is tried again that was not sent, or that does no harm when it is carried out twice: at once when its connection is lost, in what is left of
    /// <see cref="CommandTimeout"/>, and then after pauses. 0 to 10; default 2.
    /// </summary>
    public int RetryCount { get; set; } = 2;

    /// <summary>Gets or sets the pause before the first further try; it doubles with each one, and varies at random. 1 millisecond to 10 seconds; default 100 milliseconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets from which size on, in bytes, values go over a connection of their own, and are read in pieces, of 32 KB where the server is near, so that they hold up no others. 1 KiB to 512 MiB; default 256 KiB.</summary>
    public int BulkThreshold { get; set; } = 256 * 1024;

    /// <summary>Gets or sets from which size on, in bytes, values are compressed, if they get smaller by it. 1 byte to 512 MiB, or <see langword="null"/> for never; default 4 KiB.</summary>
    public int? CompressionThreshold { get; set; } = 4 * 1024;

    /// <summary>Gets or sets the largest value, in bytes as it is stored; larger ones are refused when they are set, and not stored when they were loaded. 1 KiB to 512 MiB; default 16 MiB.</summary>
    public int MaxValueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Gets or sets how many entries the server holds of each cache with these settings; the least recently used make room. It costs a command for each read and
    /// write. 1 to 1,000,000,000, or <see langword="null"/> for no limit, where the server makes room by its <c>maxmemory-policy</c>; default no limit.
    /// </summary>
    public int? MaxEntries { get; set; }

    /// <summary>Gets or sets the name under which the sentinels know the primary. Default: none.</summary>
    public string? SentinelServiceName { get; set; }

    /// <summary>Gets or sets the user for the sentinels. Default: none.</summary>
    public string? SentinelUser { get; set; }

    /// <summary>Gets or sets the password for the sentinels. Default: none.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? SentinelPassword { get; set; }

    /// <summary>Gets or sets whether reads may go to replicas, which lag behind: a read may miss what was just written. No copies are kept in memory then. Default: <see langword="false"/>.</summary>
    public bool ReadFromReplicas { get; set; }

    /// <summary>
    /// Gets or sets what is promised of reads in other processes once an invalidation has returned. Default: <see cref="CacheCoherence.Default"/>. All processes of a cache need the same.
    /// </summary>
    public CacheCoherence Coherence { get; set; }

    /// <summary>
    /// Gets or sets how the copies are kept in step that each process keeps in memory of what it has read. Default: <see cref="RedisLocalCopies.Auto"/>. Their bounds are
    /// those of <see cref="CacheOptions.Memory"/>.
    /// </summary>
    public RedisLocalCopies LocalCopies { get; set; }

    /// <summary>
    /// Gets or sets how long the copies in memory are believed when nothing is heard from the server: the longest time for which a process may see an older value than
    /// others while connections are disturbed. 100 milliseconds to 10 minutes, at least twice <see cref="HeartbeatInterval"/>; default 2 seconds.
    /// </summary>
    public TimeSpan TrustPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets how many replicas must have a lock, and each renewal of it, before it counts as held, so that a failover does not forget it; each is waited for half of
    /// <see cref="CommandTimeout"/>. Without so many replicas no lock is to be had: that throws. 0 to 100; default 0, the primary's word counts.
    /// </summary>
    public int LockReplicas { get; set; }

    /// <summary>Gets or sets whether the host starts only once Redis has answered. Default: <see langword="false"/>, the first operation connects.</summary>
    public bool ConnectOnStart { get; set; }

    /// <summary>
    /// Gets or sets whether everything throws that Redis fails to do. Default: <see langword="false"/>: reads are misses, get-or-create loads, and a write or removal
    /// that cannot be delivered is done later as a removal. What needs an answer, such as a counter, a lock or a condition, throws in either case.
    /// </summary>
    public bool Strict { get; set; }

    /// <summary>Gets whether copies are kept in memory: not of what replicas say, which may be old.</summary>
    internal bool KeepsLocalCopies => LocalCopies != RedisLocalCopies.None && !ReadFromReplicas;

    /// <summary>Tells the servers, and no secret.</summary>
    /// <returns>A text for people.</returns>
    public override string ToString() => Endpoints.Count == 0 ? "Redis, no server" : $"Redis at {string.Join(", ", Endpoints)}";

    /// <summary>Makes a copy that later changes do not reach.</summary>
    internal RedisOptions Copy()
    {
        var copy = (RedisOptions)MemberwiseClone();
        copy.Endpoints = [.. Endpoints];
        return copy;
    }
}
