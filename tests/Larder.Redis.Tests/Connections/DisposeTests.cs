using System.Diagnostics;
using Larder.Redis.Commands;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>The orderly end (S28): no exception but those that say it, none that nobody sees, no thread left.</summary>
[Collection(nameof(Measurements))]
public sealed class DisposeTests(SharedServers servers)
{
    [Fact]
    [Ledger(27)]
    public async Task Commands_under_way_end_with_the_client_and_nothing_is_left_of_it()
    {
        var server = await servers.Standalone.GetAsync();
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, args) =>
        {
            lock (unobserved)
            {
                unobserved.Add(args.Exception);
            }
        };

        // What earlier tests have left is reported before.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException += note;
        var before = Threads();
        for (var round = 0; round < 10; round++)
        {
            var client = new ClientSetup(server.Port, retryCount: 2);
            var answered = 0;
            var callers = Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
            {
                while (true)
                {
                    try
                    {
                        _ = caller % 2 == 0
                            ? await client.GetAsync("dispose:key")
                            : await client.SendAsync(CommandKind.Write, CancellationToken.None, "SET", "dispose:key", new string('x', caller * 5000));
                        Interlocked.Increment(ref answered);
                    }
                    catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException or CacheConnectionException)
                    {
                        return;
                    }
                }
            })).ToArray();
            await Deadline.TrueAsync(() => Volatile.Read(ref answered) > 100 * round);
            var start = Stopwatch.GetTimestamp();

            await client.DisposeAsync();
            await client.DisposeAsync();
            await Task.WhenAll(callers);

            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        }

        await Deadline.TrueAsync(() => Threads() <= before);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= note;
        Assert.DoesNotContain(unobserved, exception => exception.ToString().Contains("Larder.Redis.Connections", StringComparison.Ordinal));
        await server.CommandAsync("DEL", "dispose:key");
    }

    [Fact]
    public async Task A_client_that_is_disposed_before_it_ever_connected_says_so()
    {
        await using var server = new ScriptedRespServer();
        var client = new ClientSetup(server.Port);
        await client.DisposeAsync();

        await client.GetFailsAsync<ObjectDisposedException>("key");
        Assert.Equal(0, server.AcceptedConnections);
    }

    [Theory]
    [InlineData("HELLO")]
    [InlineData("GET")]
    public async Task A_client_that_is_disposed_while_it_waits_ends_the_wait(string silentFrom)
    {
        await using var server = new ScriptedRespServer().On(silentFrom, RespReply.Silence);
        var before = Threads();
        var client = new ClientSetup(server.Port, retryCount: 2);
        var call = client.GetAsync("key");
        await server.WaitForAsync(silentFrom);

        await client.DisposeAsync();

        var exception = await Assert.ThrowsAsync<CacheConnectionException>(() => call);
        Assert.Equal(silentFrom == "GET", exception.MayHaveHappened);
        await Deadline.TrueAsync(() => Threads() <= before);
    }

    [Fact]
    public async Task Disposing_races_with_the_first_command_and_with_losses()
    {
        await using var server = new ScriptedRespServer().On("GET", command => RespReply.Bulk(command[0]));
        var before = Threads();
        for (var i = 0; i < 100; i++)
        {
            var client = new ClientSetup(server.Port, retryCount: 1);
            var call = Task.Run(() => client.GetAsync("key"));
            var loss = Task.Run(server.ResetConnections);
            await client.DisposeAsync();
            await loss;
            await Deadline.EndsAsync(call);
            Assert.True(call.IsCompletedSuccessfully || call.Exception!.InnerException is ObjectDisposedException or CacheConnectionException, call.Exception?.ToString());
        }

        await Deadline.TrueAsync(() => Threads() <= before);
    }

    /// <summary>Counts the threads of connections, by the names that the system knows them by.</summary>
    private static int Threads() =>
        Directory.GetDirectories("/proc/self/task").Count(task => Name(task).StartsWith("Larder Redis r", StringComparison.Ordinal) || Name(task).StartsWith("Larder Redis w", StringComparison.Ordinal));

    private static string Name(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm"));
        }
        catch (IOException)
        {
            // It has ended.
            return "";
        }
    }
}
