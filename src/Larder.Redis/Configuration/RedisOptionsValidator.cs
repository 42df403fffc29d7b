using System.Globalization;

namespace Larder.Redis.Configuration;

/// <summary>Checks options; each message names the option, its value, and what to do, and shows no secret.</summary>
internal static class RedisOptionsValidator
{
    private const int MaxBytes = 512 * 1024 * 1024;

    public static IEnumerable<string> Failures(RedisOptions options) => EndpointFailures(options)
        .Concat([
            Range(options.Database, 0, 65_535, nameof(options.Database)),
            Range(options.ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10), nameof(options.ConnectTimeout)),
            Range(options.CommandTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10), nameof(options.CommandTimeout)),
            options.SoftTimeout >= TimeSpan.FromMilliseconds(1) && options.SoftTimeout <= options.CommandTimeout ? null
                : $"Redis.SoftTimeout is {options.SoftTimeout}, and must be from {TimeSpan.FromMilliseconds(1)} to CommandTimeout, which is {options.CommandTimeout}.",
            Range(options.HeartbeatInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(10), nameof(options.HeartbeatInterval)),
            Range(options.TrustPeriod, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), nameof(options.TrustPeriod)),
            options.LocalCopies != RedisLocalCopies.None && options.TrustPeriod < 2 * options.HeartbeatInterval
                ? $"Redis.TrustPeriod is {options.TrustPeriod}, and must be at least twice HeartbeatInterval, which is {options.HeartbeatInterval}."
                : null,
            Enum.IsDefined(options.Coherence) ? null : Invariant($"Redis.Coherence is {(int)options.Coherence}, and must be one of: {string.Join(", ", Enum.GetNames<CacheCoherence>())}."),
            CoherenceFailure(options),
            Enum.IsDefined(options.LocalCopies) ? null : Invariant($"Redis.LocalCopies is {(int)options.LocalCopies}, and must be one of: {string.Join(", ", Enum.GetNames<RedisLocalCopies>())}."),
            Range(options.RetryCount, 0, 10, nameof(options.RetryCount)),
            Range(options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10), nameof(options.RetryDelay)),
            Range(options.BulkThreshold, 1024, MaxBytes, nameof(options.BulkThreshold)),
            Range(options.CompressionThreshold ?? 1, 1, MaxBytes, nameof(options.CompressionThreshold)),
            Range(options.MaxEntries ?? 1, 1, 1_000_000_000, nameof(options.MaxEntries)),
            Range(options.LockReplicas, 0, 100, nameof(options.LockReplicas)),
            Range(options.MaxValueBytes, 1024, MaxBytes, nameof(options.MaxValueBytes)),
            Enum.IsDefined(options.Mode) ? null : Invariant($"Redis.Mode is {(int)options.Mode}, and must be one of: {string.Join(", ", Enum.GetNames<RedisMode>())}."),
            options.ClientName?.All(c => c is > ' ' and <= '~') == false ? $"Redis.ClientName is '{options.ClientName}', and must be printable ASCII without blanks." : null,
            LoginFailure(options),
            ModeFailure(options),
            TlsFailure(options),
        ])
        .OfType<string>();

    private static IEnumerable<string?> EndpointFailures(RedisOptions options)
    {
        for (var i = 0; i < options.Endpoints.Count; i++)
        {
            yield return EndpointFailure(options.Endpoints[i], i);
        }
    }

    private static string? EndpointFailure(string? endpoint, int index)
    {
        try
        {
            _ = RedisEndPoint.Parse(endpoint ?? "");
            return null;
        }
        catch (FormatException exception)
        {
            return Invariant($"Redis.Endpoints, number {index + 1}: {exception.Message}");
        }
    }

    private static string? LoginFailure(RedisOptions options) => options switch
    {
        { Credentials: not null, Password: not null } or { Credentials: not null, User: not null } => "Redis.Credentials is set, and User or Password too. Set one or the other.",
        { User: not null, Password: null } => "Redis.User is set, but Password is not. Set both, or Credentials.",
        { SentinelUser: not null, SentinelPassword: null } => "Redis.SentinelUser is set, but SentinelPassword is not. Set both.",
        _ => null,
    };

    private static string? CoherenceFailure(RedisOptions options) => options switch
    {
        { Coherence: not CacheCoherence.Strict } => null,
        { Mode: RedisMode.Cluster } => "Redis.Coherence is Strict, but Mode is Cluster, where a failover of one server is not noticed by all. Use one server or Sentinels, or Default.",
        { ReadFromReplicas: true } => "Redis.Coherence is Strict, but ReadFromReplicas is set, and replicas lag behind. Set one or the other.",
        { LocalCopies: not RedisLocalCopies.Auto } => $"Redis.Coherence is Strict, but LocalCopies is {options.LocalCopies}; strict coherence needs Auto.",
        _ => null,
    };

    private static string? ModeFailure(RedisOptions options) => options switch
    {
        { Mode: RedisMode.Sentinel, SentinelServiceName: null } => "Redis.Mode is Sentinel, but SentinelServiceName is not set. Set it to the name under which the sentinels know the primary.",
        { Mode: RedisMode.Standalone or RedisMode.Cluster, SentinelServiceName: not null } => $"Redis.Mode is {options.Mode}, but SentinelServiceName is set. Set one or the other.",
        { SentinelPassword: not null, SentinelServiceName: null } => "Redis.SentinelPassword is set, but SentinelServiceName is not. Set both.",
        { Mode: RedisMode.Cluster, Database: not 0 } => Invariant($"Redis.Database is {options.Database}, but Mode is Cluster, and a cluster has only database 0."),
        { Mode: RedisMode.Standalone, Endpoints.Count: > 1 } => Invariant($"Redis.Endpoints names {options.Endpoints.Count} servers, but Mode is Standalone, which is one."),
        _ => null,
    };

    private static string? TlsFailure(RedisOptions options) => options switch
    {
        { Tls: false } => FirstTlsOption(options) is { } name ? $"Redis.{name} is set, but Tls is false. Set Tls, or write the address with rediss://." : null,
        { TlsTrustAnyCertificate: true, TlsAuthorityFile: not null } or { TlsTrustAnyCertificate: true, TlsValidation: not null } =>
            "Redis.TlsTrustAnyCertificate is set, and TlsAuthorityFile or TlsValidation too. Leave TlsTrustAnyCertificate out.",
        { TlsCertificate: not null, TlsCertificateFile: not null } => "Redis.TlsCertificate and TlsCertificateFile are both set. Set one of them.",
        { TlsKeyFile: not null, TlsCertificateFile: null } => "Redis.TlsKeyFile is set, but TlsCertificateFile is not. Set both.",
        _ => new[] { (nameof(options.TlsAuthorityFile), options.TlsAuthorityFile), (nameof(options.TlsCertificateFile), options.TlsCertificateFile), (nameof(options.TlsKeyFile), options.TlsKeyFile) }
            .Where(file => file.Item2 is not null && !File.Exists(file.Item2))
            .Select(file => $"Redis.{file.Item1} is '{file.Item2}', and there is no such file.")
            .FirstOrDefault(),
    };

    private static string? FirstTlsOption(RedisOptions options) => options switch
    {
        { TlsHost: not null } => nameof(options.TlsHost),
        { TlsAuthorityFile: not null } => nameof(options.TlsAuthorityFile),
        { TlsCertificateFile: not null } => nameof(options.TlsCertificateFile),
        { TlsKeyFile: not null } => nameof(options.TlsKeyFile),
        { TlsCertificate: not null } => nameof(options.TlsCertificate),
        { TlsValidation: not null } => nameof(options.TlsValidation),
        { TlsTrustAnyCertificate: true } => nameof(options.TlsTrustAnyCertificate),
        _ => null,
    };

    private static string? Range(int value, int low, int high, string name) =>
        value >= low && value <= high ? null : Invariant($"Redis.{name} is {value:N0}, and must be from {low:N0} to {high:N0}.");

    private static string? Range(TimeSpan value, TimeSpan low, TimeSpan high, string name) =>
        value >= low && value <= high ? null : Invariant($"Redis.{name} is {value}, and must be from {low} to {high}.");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
