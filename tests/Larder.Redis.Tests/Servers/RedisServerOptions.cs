namespace Larder.Redis.Tests.Servers;

/// <summary>How a server differs from one that is open, in memory and without limits.</summary>
public sealed record RedisServerOptions
{
    /// <summary>The password of the default user.</summary>
    public string? Password { get; init; }

    /// <summary>Users in the form of the ACL, such as <c>reader on >secret ~app:* +@read</c>.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Listens for TLS, besides the plain port.</summary>
    public bool Tls { get; init; }

    /// <summary>Refuses TLS clients that show no certificate of <see cref="ServerCertificates"/>.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>The memory limit, such as <c>2mb</c>.</summary>
    public string? MaxMemory { get; init; }

    /// <summary>What the server does at the limit, such as <c>allkeys-lru</c>.</summary>
    public string MaxMemoryPolicy { get; init; } = "noeviction";

    /// <summary>Listens at a Unix socket as well.</summary>
    public bool UnixSocket { get; init; }

    /// <summary>Keeps its data over a kill and restart, each write on the disk before it is answered.</summary>
    public bool IsDurable { get; init; }

    /// <summary>The certificates of another server, whose authority both trust; <see langword="null"/> for certificates of its own.</summary>
    internal ServerCertificates? Certificates { get; init; }

    /// <summary>Whether servers speak TLS and show <see cref="Password"/> among themselves too.</summary>
    internal bool IsSecuredAmongServers { get; init; }

    internal bool IsClusterNode { get; init; }

    internal bool IsSentinel { get; init; }

    /// <summary>Further lines of the configuration.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
