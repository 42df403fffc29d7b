using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Larder.Redis.Connections;

/// <summary>Makes the TLS settings of a connection. Files are read for each connection, so that certificates can be renewed while the process runs.</summary>
internal static class TlsSetup
{
    public static SslClientAuthenticationOptions For(EndPoint endPoint, RedisOptions options)
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = options.TlsHost ?? HostOf(endPoint),
            RemoteCertificateValidationCallback = options.TlsTrustAnyCertificate ? TrustAny : options.TlsValidation,
        };
        if (options.TlsAuthorityFile is { } file)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }

        if (ClientCertificate(options) is { } certificate)
        {
            tls.ClientCertificates = [certificate];
        }

        return tls;
    }

    private static string HostOf(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => dns.Host,
        IPEndPoint ip => ip.Address.ToString(),
        _ => "localhost",
    };

    private static X509Certificate2? ClientCertificate(RedisOptions options)
    {
        if (options.TlsCertificateFile is not { } file)
        {
            return options.TlsCertificate;
        }

        var certificate = X509Certificate2.CreateFromPemFile(file, options.TlsKeyFile);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // The TLS of Windows does not take keys that are in memory only.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
        }
    }

    // Asked for by name, and logged.
#pragma warning disable CA5359
    private static bool TrustAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;
#pragma warning restore CA5359
}
