using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Larder.Redis.Tests.Servers;

/// <summary>A redis-server of its own: a free loopback port, a temporary folder, gone with the tests.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Attempts = 5;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-redis-");
    private readonly RedisServerOptions _options;
    private ServerProcess? _process;

    private RedisServer(RedisServerOptions options) => _options = options;

    public int Port { get; private set; }

    public string EndPoint => $"127.0.0.1:{Port}";

    /// <summary>The port for TLS; 0 without.</summary>
    public int TlsPort { get; private set; }

    public string UnixSocketPath => Path.Combine(_folder.FullName, "redis.sock");

    public ServerCertificates Certificates => _options.Certificates ?? new(_folder.FullName);

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The server's process id.</summary>
    public int ProcessId => Running.Id;

    internal string Folder => _folder.FullName;

    private ServerProcess Running => _process ?? throw new InvalidOperationException("The server was not started.");

    public static async Task<RedisServer> StartAsync(RedisServerOptions? options = null)
    {
        var server = new RedisServer(options ?? new());
        try
        {
            if (server._options is { Tls: true, Certificates: null })
            {
                await ServerCertificates.CreateAsync(server.Folder);
            }

            await server.StartOnFreePortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a command over a connection of its own, as the default user.</summary>
    public async Task<object?> CommandAsync(params string[] words)
    {
        using var connection = await ConnectAsync();
        return await connection.CommandAsync(words);
    }

    /// <summary>Sends a command that is answered by an array.</summary>
    public async Task<object?[]> ListAsync(params string[] words) => (object?[])(await CommandAsync(words))!;

    /// <summary>Opens a connection as the default user.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var connection = await RawConnection.ConnectAsync(Port);
        if (_options.Password is { } password)
        {
            await connection.CommandAsync("AUTH", password);
        }

        return connection;
    }

    /// <summary>Reads one field of INFO.</summary>
    public async Task<string> InfoAsync(string field)
    {
        var info = (string)(await CommandAsync("INFO", "everything"))!;
        return info.Split("\r\n").FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..]
            ?? throw new InvalidOperationException($"INFO has no {field}.");
    }

    public Task FlushAllAsync() => CommandAsync("FLUSHALL");

    /// <summary>Ends the server as kill -9 does.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Stops the server as SIGSTOP does: its connections stay open, nothing is answered.</summary>
    public void Pause() => Running.Pause();

    public void Resume() => Running.Resume();

    /// <summary>Starts it again at the same port; kills it first if it runs. Without <see cref="RedisServerOptions.IsDurable"/> it is empty.</summary>
    public async Task RestartAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task StartOnFreePortAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = Ports.Next();
            TlsPort = _options.Tls ? Ports.Next() : 0;
            await File.WriteAllLinesAsync(Path.Combine(Folder, "redis.conf"), Configuration());
            try
            {
                await LaunchAsync();
                return;
            }
            catch (InvalidOperationException exception) when (attempt < Attempts && exception.Message.Contains("already in use"))
            {
                // Somebody took the port since it was found free.
                await Running.DisposeAsync();
            }
        }
    }

    private async Task LaunchAsync()
    {
        var program = _options.IsSentinel ? "redis-sentinel" : "redis-server";
        _process = await ServerProcess.StartAsync(Programs.Require(program, package: program), Path.Combine(Folder, "redis.conf"));
        await Deadline.TrueAsync(IsUpAsync, $"{program} answers at port {Port}");
        if (_options.IsSentinel)
        {
            // Its own periods (10 s and 2 s) would make every test of a failover take that long; how it finds a fault stays as it is.
            await CommandAsync("SENTINEL", "DEBUG", "INFO-PERIOD", "500", "PUBLISH-PERIOD", "500");
        }
    }

    /// <summary>Whether this server answers, and not another that has the port.</summary>
    private async Task<bool> IsUpAsync()
    {
        if (Running.HasExited)
        {
            await Running.ExitedAsync();
            throw new InvalidOperationException($"The server ended at once:\n{Running.Output}");
        }

        return await InfoAsync("process_id") == Running.Id.ToString(CultureInfo.InvariantCulture);
    }

    private IEnumerable<string> Configuration()
    {
        var certificates = Certificates;
        return
        [
            $"port {Port}",
            "bind 127.0.0.1",
            $"dir {Folder}",
            "daemonize no",
            .. Lines(!_options.IsSentinel, "save \"\"", "enable-debug-command yes", "repl-diskless-sync-delay 0", $"maxmemory-policy {_options.MaxMemoryPolicy}"),
            .. _options.Settings,
            .. _options.Users.Select(user => $"user {user}"),
            .. Lines(_options.Password is not null, $"requirepass {_options.Password}"),
            .. Lines(_options.MaxMemory is not null, $"maxmemory {_options.MaxMemory}"),
            .. Lines(_options.IsClusterNode, "cluster-enabled yes", "cluster-node-timeout 2000", $"cluster-port {Ports.Next()}"),
            .. Lines(_options.UnixSocket, $"unixsocket {UnixSocketPath}"),
            .. Lines(_options.IsDurable, "appendonly yes", "appendfsync always"),
            .. Lines(
                _options.Tls,
                $"tls-port {TlsPort}",
                $"tls-cert-file {certificates.ServerFile}",
                $"tls-key-file {certificates.ServerKeyFile}",
                $"tls-ca-cert-file {certificates.AuthorityFile}",
                $"tls-auth-clients {(_options.RequireClientCertificate ? "yes" : "no")}"),
            .. Lines(_options.IsSecuredAmongServers, "tls-replication yes"),
            .. Lines(_options.IsSecuredAmongServers && !_options.IsSentinel, $"masterauth {_options.Password}"),
            .. Lines(_options.IsSecuredAmongServers && _options.IsClusterNode, "tls-cluster yes"),
        ];
    }

    private static string[] Lines(bool condition, params string[] lines) => condition ? lines : [];
}
