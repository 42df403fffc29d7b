using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Hosting;

/// <summary>All that two caches must have in common to share their connections.</summary>
internal sealed record RedisClientKey
{
    public RedisClientKey(RedisOptions options, string prefix, ILoggerFactory? loggerFactory)
    {
        Servers = string.Join(',', options.Endpoints);
        Login = (options.User, options.Password, options.Credentials, options.Database, options.ClientName);
        Tls = (options.Tls, options.TlsHost, options.TlsAuthorityFile, options.TlsCertificateFile, options.TlsKeyFile, options.TlsTrustAnyCertificate);
        TlsInCode = (options.TlsCertificate, options.TlsValidation);
        Times = (options.ConnectTimeout, options.CommandTimeout, options.HeartbeatInterval, options.RetryCount, options.RetryDelay, options.BulkThreshold);
        Topology = (options.Mode, options.SentinelServiceName, options.SentinelUser, options.SentinelPassword, options.ReadFromReplicas);
        LocalCopies = options.KeepsLocalCopies ? (options.LocalCopies, options.TrustPeriod, options.LocalCopies == RedisLocalCopies.Broadcast ? prefix : null) : default;
        LoggerFactory = loggerFactory;
    }

    public string Servers { get; }

    public (string? User, string? Password, Func<CancellationToken, ValueTask<RedisCredentials>>? Ask, int Database, string? ClientName) Login { get; }

    public (bool IsOn, string? Host, string? AuthorityFile, string? CertificateFile, string? KeyFile, bool TrustsAny) Tls { get; }

    public (X509Certificate2? Certificate, RemoteCertificateValidationCallback? Validation) TlsInCode { get; }

    public (TimeSpan Connect, TimeSpan Command, TimeSpan Heartbeat, int Retries, TimeSpan RetryDelay, int BulkThreshold) Times { get; }

    public (RedisMode Mode, string? Service, string? User, string? Password, bool ReadsReplicas) Topology { get; }

    public (RedisLocalCopies Mode, TimeSpan Trust, string? Prefix) LocalCopies { get; }

    public ILoggerFactory? LoggerFactory { get; }

    public override string ToString() => Servers;
}
