using Larder.Redis.Tests.Servers;
using Npgsql;

namespace Larder.Store.Tests.Servers;

/// <summary>A PostgreSQL of its own: a free loopback port, a temporary folder, gone with the tests. It refuses to run as root, and is then run as its own user.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int Attempts = 5;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-postgres-");
    private readonly string[] _settings;
    private int _port;
    private ServerProcess? _process;

    private PostgresServer(string[] settings) => _settings = settings;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Maximum Pool Size=50";

    /// <summary>Starts a server, which can be replicated logically.</summary>
    /// <param name="settings">Further settings, such as <c>max_wal_senders=4</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(settings);
        try
        {
            await server.LaunchAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a replica of this server.</summary>
    /// <param name="settings">Its settings, such as <c>recovery_min_apply_delay=150ms</c>.</param>
    public async Task<PostgresServer> StartReplicaAsync(params string[] settings)
    {
        var replica = new PostgresServer(settings);
        try
        {
            await replica.OwnFolderAsync();
            var (program, arguments) = AsPostgres(Program("pg_basebackup"), endsWithParent: false, ["-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-D", replica.Data, "-R", "-c", "fast", "--no-sync"]);
            await Programs.RunAsync(program, arguments);
            await replica.RunOnFreePortAsync();
            return replica;
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        // Its processes end a moment after the first one.
        await Deadline.TrueAsync(() =>
        {
            try
            {
                _folder.Delete(recursive: true);
            }
            catch (IOException)
            {
                return !Directory.Exists(_folder.FullName);
            }

            return true;
        });
    }

    /// <summary>Runs SQL in psql, as somebody does who knows nothing of the application.</summary>
    public Task PsqlAsync(string sql) => Programs.RunAsync(Program("psql"), "-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-c", sql);

    /// <summary>Ends the server as kill -9 does.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Starts it again at the same port, with its data.</summary>
    public async Task RestartAsync()
    {
        await _process!.DisposeAsync();
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        await RunAsync();
    }

    private string Data => Path.Combine(_folder.FullName, "data");

    private async Task LaunchAsync()
    {
        await OwnFolderAsync();
        var (initialize, initializeArguments) = AsPostgres(Program("initdb"), endsWithParent: false, ["-D", Data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        await Programs.RunAsync(initialize, initializeArguments);
        await RunOnFreePortAsync();
    }

    private async Task RunOnFreePortAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            _port = Ports.Next();
            try
            {
                await RunAsync();
                return;
            }
            catch (InvalidOperationException exception) when (attempt < Attempts && exception.Message.Contains("in use", StringComparison.Ordinal))
            {
                // Somebody took the port since it was found free.
                await _process!.DisposeAsync();
            }
        }
    }

    private async Task OwnFolderAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await Programs.RunAsync(Programs.Require("chown", "coreutils"), "postgres", _folder.FullName);
        }
    }

    private async Task RunAsync()
    {
        string[] settings = ["listen_addresses=127.0.0.1", $"unix_socket_directories={_folder.FullName}", "fsync=off", "wal_level=logical", .. _settings];
        var (run, runArguments) = AsPostgres(Program("postgres"), endsWithParent: true, ["-D", Data, "-p", $"{_port}", .. settings.SelectMany(setting => new[] { "-c", setting })]);
        _process = await ServerProcess.StartAsync(run, runArguments);
        await Deadline.TrueAsync(IsUpAsync, $"PostgreSQL answers at port {_port}");
    }

    /// <summary>
    /// The user is changed by the program that also ends the server with its parent: a change of the user would take that back. What ends by itself must not end so, for the parent is the thread that started
    /// it, and the pool lets its threads go.
    /// </summary>
    private static (string Program, string[] Arguments) AsPostgres(string program, bool endsWithParent, string[] arguments) => Environment.IsPrivilegedProcess
        ? (Programs.Require("setpriv", "util-linux"), ["--reuid", "postgres", "--regid", "postgres", "--init-groups", .. endsWithParent ? ["--pdeathsig", "KILL"] : Array.Empty<string>(), program, .. arguments])
        : (program, arguments);

    private static string Program(string name)
    {
        const string Versions = "/usr/lib/postgresql";
        return Directory.Exists(Versions) && Directory.GetDirectories(Versions).Select(folder => Path.Combine(folder, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault() is { } found
            ? found
            : Programs.Require(name, "postgresql-15");
    }

    private async Task<bool> IsUpAsync()
    {
        if (_process!.HasExited)
        {
            await _process.ExitedAsync();
            throw new InvalidOperationException($"PostgreSQL ended at once:\n{_process.Output}");
        }

        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
