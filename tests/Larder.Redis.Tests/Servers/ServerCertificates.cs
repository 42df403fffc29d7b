using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Larder.Redis.Tests.Servers;

/// <summary>An authority of its own, and the certificates of a server and of a client that it signed.</summary>
public sealed class ServerCertificates(string folder)
{
    public string AuthorityFile => File("authority.crt");

    public string ServerFile => File("server.crt");

    public string ServerKeyFile => File("server.key");

    public string ClientFile => File("client.crt");

    public string ClientKeyFile => File("client.key");

    public X509Certificate2 LoadAuthority() => X509CertificateLoader.LoadCertificateFromFile(AuthorityFile);

    public X509Certificate2 LoadClient() => X509Certificate2.CreateFromPemFile(ClientFile, ClientKeyFile);

    /// <summary>Makes them; the server's is for <c>localhost</c> and <c>127.0.0.1</c>.</summary>
    internal static async Task<ServerCertificates> CreateAsync(string folder)
    {
        var certificates = new ServerCertificates(folder);
        await certificates.SignAsync("authority", "Larder tests", "basicConstraints=critical,CA:TRUE", []);
        string[] signed = ["-CA", certificates.AuthorityFile, "-CAkey", certificates.File("authority.key")];
        await certificates.SignAsync("server", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1", signed);
        await certificates.SignAsync("client", "larder", "extendedKeyUsage=clientAuth", signed);
        return certificates;
    }

    /// <summary>Puts a certificate of the server that has expired in the place of the good one; it shows it from its next start on.</summary>
    internal async Task ExpireServerAsync()
    {
        using var authority = X509Certificate2.CreateFromPemFile(AuthorityFile, File("authority.key"));
        using var signer = authority.GetECDsaPrivateKey()!;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now.AddDays(-3), now.AddDays(-1), [1, 2, 3, 4]);
        await System.IO.File.WriteAllTextAsync(ServerFile, certificate.ExportCertificatePem());
        await System.IO.File.WriteAllTextAsync(ServerKeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private Task SignAsync(string name, string subject, string extension, string[] by) => Programs.RunAsync(
        Programs.Require("openssl", "openssl"),
        [
            "req", "-x509", .. by, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", $"/CN={subject}",
            "-addext", extension, "-keyout", File($"{name}.key"), "-out", File($"{name}.crt"),
        ]);

    private string File(string name) => Path.Combine(folder, name);
}
