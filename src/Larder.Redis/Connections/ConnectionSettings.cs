using System.Net;
using System.Net.Security;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Connections;

/// <summary>All that a connection must know to come about; the same for all connections of a cache, but for the server.</summary>
internal sealed record ConnectionSettings
{
    /// <summary>The server.</summary>
    public required EndPoint EndPoint { get; init; }

    /// <summary>Gives the user and password for each connection anew; <see langword="null"/> for none.</summary>
    public Func<CancellationToken, ValueTask<RedisCredentials>>? Credentials { get; init; }

    public int Database { get; init; }

    public string? ClientName { get; init; }

    /// <summary>How TLS is to be spoken; <see langword="null"/> for none.</summary>
    public Func<EndPoint, SslClientAuthenticationOptions>? Tls { get; init; }

    /// <summary>What the connection is used for.</summary>
    public ConnectionRole Role { get; init; }

    /// <summary>What the server is to tell of changes on connections that read; <see langword="null"/> for nothing.</summary>
    public TrackingSettings? Tracking { get; init; }

    /// <summary>Who is told of the connections of servers, and of what servers say that is no reply; <see langword="null"/> for nobody.</summary>
    public INodeObserver? Observer { get; init; }

    /// <summary>Whether reads are allowed on this connection although its server is a replica.</summary>
    public bool IsReplica { get; init; }

    /// <summary>Whether a server that is a replica is refused.</summary>
    public bool RequiresPrimary { get; init; }

    /// <summary>Whether replies that no command waits for are left out; otherwise they end the connection.</summary>
    public bool IgnoresStrayReplies { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public required ILogger Logger { get; init; }

    /// <summary>Called once for each server, on a thread of its connection, when it has first been reached; must not block.</summary>
    public Action<RedisNode>? FirstContact { get; init; }

    /// <summary>Names the server for logs and errors; it holds no secret.</summary>
    public string ServerName => NameOf(EndPoint);

    public static string NameOf(EndPoint endPoint) => endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString()!;
}
