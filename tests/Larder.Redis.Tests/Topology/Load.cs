using System.Collections.Concurrent;
using System.Globalization;
using Larder.Redis.Commands;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Topology;

/// <summary>
/// Callers that each write a growing number under a key of their own, and read it back, for as long as the test does something to the servers.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly RedisClient _client;
    private readonly bool _mayLose;
    private readonly Task[] _callers;
    private readonly long[] _rounds;
    private readonly long[] _lastSuccess;
    private long _longestPause;
    private volatile bool _isStopped;

    private Load(RedisClient client, string[] keys, bool mayLose)
    {
        _client = client;
        _mayLose = mayLose;
        _rounds = new long[keys.Length];
        _lastSuccess = new long[keys.Length];
        _callers = [.. keys.Select(RunAsync)];
    }

    public ConcurrentQueue<Exception> Errors { get; } = [];

    /// <summary>Values that were never written under the key, or are older than what was acknowledged.</summary>
    public ConcurrentQueue<string> WrongValues { get; } = [];

    public long Rounds => _rounds.Sum();

    /// <summary>The longest time that a caller had to do without a success.</summary>
    public TimeSpan LongestPause => TimeSpan.FromTicks(Volatile.Read(ref _longestPause));

    /// <summary>Starts.</summary>
    /// <param name="client">The client.</param>
    /// <param name="keys">A key for each caller.</param>
    /// <param name="mayLose">Whether acknowledged writes may be lost, as when a primary dies before its replica has heard of them.</param>
    public static async Task<Load> StartAsync(RedisClient client, IEnumerable<string> keys, bool mayLose)
    {
        var load = new Load(client, [.. keys], mayLose);
        await load.ProgressAsync();
        return load;
    }

    /// <summary>Waits until each caller has had more successes.</summary>
    public async Task ProgressAsync()
    {
        var before = _rounds.ToArray();
        await Deadline.TrueAsync(() => _rounds.Zip(before).All(round => round.First >= round.Second + 3), "all callers go on");
    }

    public async Task StopAsync()
    {
        _isStopped = true;
        await Task.WhenAll(_callers);
    }

    /// <summary>Stops also when the test has failed: what went on would disturb all tests after it.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task RunAsync(string key, int index)
    {
        _lastSuccess[index] = TimeProvider.System.GetTimestamp();
        long acknowledged = 0;
        for (long number = 1; !_isStopped; number++)
        {
            try
            {
                await _client.SetAsync(key, $"{key}={number}");
                acknowledged = number;
                var read = await _client.GetAsync(key);
                if (!IsRight(read, key, acknowledged))
                {
                    WrongValues.Enqueue($"{read} in place of {key}={acknowledged}");
                }

                Succeed(index);

                // The servers need the processors too, or they take each other for dead.
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
            catch (CacheException exception)
            {
                Errors.Enqueue(exception);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }

    private bool IsRight(string? read, string key, long acknowledged) =>
        read == $"{key}={acknowledged}"
        || (_mayLose && (read is null || (read.StartsWith(key + "=", StringComparison.Ordinal) && long.Parse(read[(key.Length + 1)..], CultureInfo.InvariantCulture) < acknowledged)));

    private void Succeed(int index)
    {
        var now = TimeProvider.System.GetTimestamp();
        var pause = TimeProvider.System.GetElapsedTime(_lastSuccess[index], now).Ticks;
        _lastSuccess[index] = now;
        _rounds[index]++;
        for (var longest = Volatile.Read(ref _longestPause); pause > longest; longest = Volatile.Read(ref _longestPause))
        {
            Interlocked.CompareExchange(ref _longestPause, pause, longest);
        }
    }
}
