using Larder.Redis.Tests.Servers;
using Npgsql;

namespace Larder.Soak.WriteBehind;

/// <summary>A PostgreSQL of its own: a free loopback port, a temporary folder, gone with the tests. It refuses to run as root, and is then run as its own user.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-postgres-");
    private readonly int _port = Ports.Next();
    private ServerProcess? _process;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Maximum Pool Size=10";

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
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

    private async Task LaunchAsync()
    {
        var data = Path.Combine(_folder.FullName, "data");
        if (Environment.IsPrivilegedProcess)
        {
            await Programs.RunAsync(Programs.Require("chown", "coreutils"), "postgres", _folder.FullName);
        }

        var (initialize, initializeArguments) = AsPostgres(Program("initdb"), ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        await Programs.RunAsync(initialize, initializeArguments);
        var (run, runArguments) = AsPostgres(Program("postgres"), ["-D", data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_folder.FullName}", "-c", "fsync=off"]);
        _process = await ServerProcess.StartAsync(run, runArguments);
        await Deadline.TrueAsync(IsUpAsync, $"PostgreSQL answers at port {_port}");
    }

    /// <summary>The user is changed by the program that also ends the server with its parent: a change of the user would take that back.</summary>
    private static (string Program, string[] Arguments) AsPostgres(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? (Programs.Require("setpriv", "util-linux"), ["--reuid", "postgres", "--regid", "postgres", "--init-groups", "--pdeathsig", "KILL", program, .. arguments])
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
