using System.Globalization;
using Larder.Redis;

namespace Larder.Samples.LeaderElection;

/// <summary>Processes of which one leads at a time, and writes to a database that refuses those who only believe that they lead.</summary>
public static class Program
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    public static async Task Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Length < 3)
        {
            await Console.Error.WriteLineAsync("Usage: LeaderElection <redis address> <database file> <name> [seconds of the lease, default 10]");
            return;
        }

        var lease = TimeSpan.FromSeconds(args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 10);
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, end) =>
        {
            end.Cancel = true;
            stop.Cancel();
        };

        await using var cache = await Cache.ConnectAsync(args[0]);
        using var ledger = new Ledger(args[1]);
        await RunAsync(cache, ledger, args[2], lease, Console.Out, stop.Token);
    }

    /// <summary>Waits to become the leader, leads until that is over, and begins anew.</summary>
    public static async Task RunAsync(ICache cache, Ledger ledger, string name, TimeSpan lease, TextWriter output, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var lead = await cache.AcquireLockAsync("leader", lease, CacheTtl.Never, stop);
                await output.WriteLineAsync($"{name} leads with token {lead.FencingToken}.");
                await LeadAsync(lead, ledger, name, output, stop);
            }
            catch (CacheException exception)
            {
                // Redis cannot be asked: nobody knows who leads, so this process does not.
                await output.WriteLineAsync($"{name} cannot ask who leads: {exception.Message}");
                await Task.Delay(Step, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await output.WriteLineAsync($"{name} stops.");
            }
        }
    }

    private static async Task LeadAsync(CacheLock lead, Ledger ledger, string name, TextWriter output, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lead.Lost);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                lead.ThrowIfLost();
                ledger.TryWrite(name, lead.FencingToken);
                await Task.Delay(Step, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (CacheLockLostException)
        {
            await output.WriteLineAsync($"{name} lost the lead; its token was {(lead.Lost.IsCancellationRequested ? "cancelled" : "not cancelled")}.");

            // A process can be stopped just behind the check. Then only the database is left to say no, and it does.
            await output.WriteLineAsync($"{name} wrote once more with token {lead.FencingToken}: {(ledger.TryWrite(name, lead.FencingToken) ? "accepted" : "refused")}.");
        }
    }
}
