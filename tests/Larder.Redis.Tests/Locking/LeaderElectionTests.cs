using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;
using Larder.Redis.Tests.Servers;
using Larder.Samples.LeaderElection;
using Microsoft.Data.Sqlite;

namespace Larder.Redis.Tests.Locking;

/// <summary>The sample of an election, in processes of its own that are killed and stopped.</summary>
[Trait("Category", "Slow")]
public sealed partial class LeaderElectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-election-");
    private readonly List<ServerProcess> _processes = [];
    private RedisServer _server = null!;

    private string LedgerFile => Path.Combine(_folder.FullName, "ledger.db");

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    [Ledger(133)]
    [Trait("Scenario", "S16")]
    public async Task S16_when_the_leader_is_killed_the_next_one_leads_within_its_lease_and_a_second()
    {
        var one = await StartAsync("one");
        var before = await TokenAsync(one, "one");
        var two = await StartAsync("two");
        await WaitsAsync();

        await one.KillAsync();
        var start = TimeProvider.System.GetTimestamp();
        var after = await TokenAsync(two, "two");
        var took = TimeProvider.System.GetElapsedTime(start);

        Assert.True(after > before);
        Assert.True(took < Lease + TimeSpan.FromSeconds(1), $"It took {took}.");
    }

    [Fact]
    [Ledger(133)]
    [Trait("Scenario", "S17")]
    public async Task S17_a_leader_that_was_stopped_past_its_lease_learns_it_and_is_refused_by_the_database()
    {
        var one = await StartAsync("one");
        var before = await TokenAsync(one, "one");
        var two = await StartAsync("two");
        await WaitsAsync();

        await PauseOutsideOfAWriteAsync(one);
        var after = await TokenAsync(two, "two");
        using var ledger = new Ledger(LedgerFile);
        await Deadline.TrueAsync(() => ledger.Read() == ("two", after));
        one.Resume();

        await Deadline.TrueAsync(() => one.Output.Contains("one wrote once more", StringComparison.Ordinal));
        Assert.Contains("one lost the lead; its token was cancelled.", one.Output, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"one wrote once more with token {before}: refused."), one.Output, StringComparison.Ordinal);
        Assert.Equal(("two", after), ledger.Read());
        Assert.DoesNotContain("two lost the lead", two.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(\w+) leads with token (\d+)\.")]
    private static partial Regex Leads();

    private static async Task<long> TokenAsync(ServerProcess process, string name)
    {
        await Deadline.TrueAsync(() => Leads().IsMatch(process.Output), $"{name} leads");
        return long.Parse(Leads().Match(process.Output).Groups[2].Value, CultureInfo.InvariantCulture);
    }

    private async Task<ServerProcess> StartAsync(string name)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "LeaderElection.dll");
        var process = await ServerProcess.StartAsync(
            Programs.Require("dotnet", "dotnet-sdk-10.0"), program, $"redis://{_server.EndPoint}", LedgerFile, name, Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        _processes.Add(process);
        return process;
    }

    /// <summary>Stops a process while it does not write: SQLite would let nobody else write until it goes on.</summary>
    private Task PauseOutsideOfAWriteAsync(ServerProcess process) => Deadline.TrueAsync(() =>
    {
        process.Pause();
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = LedgerFile, Pooling = false, DefaultTimeout = 1 }.ToString());
            connection.Open();
            using var transaction = connection.BeginTransaction(IsolationLevel.Serializable);
            return true;
        }
        catch (SqliteException)
        {
            process.Resume();
            return false;
        }
    });

    /// <summary>Waits until the second process waits for the lock: it listens for the release.</summary>
    private Task WaitsAsync() => Deadline.TrueAsync(async () => (await _server.ListAsync("PUBSUB", "CHANNELS")).Length > 0);
}
