using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Redis.Topology;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Leases;

/// <summary>
/// A load in one process, callers in a second, changes by a third, step by step in every order; and with the messages of the first held back on their way to the server, or
/// the replies on their way back. What was loaded before a change is never found after it, and nobody else loads while the lease is there.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LeaseOrderTests
{
    private const string Old = "loaded before the changes";

    private enum Step
    {
        /// <summary>Another process asks for the key.</summary>
        Join,

        /// <summary>A third process sets the key.</summary>
        Set,

        /// <summary>A third process removes the key.</summary>
        Remove,

        /// <summary>The load ends.</summary>
        End,
    }

    [Theory]
    [InlineData(FaultDirections.None)]
    [InlineData(FaultDirections.ToServer)]
    [InlineData(FaultDirections.ToClient)]
    public async Task What_was_loaded_before_a_change_is_never_found_after_it_and_nobody_loads_beside_a_lease(FaultDirections held) =>
        Assert.Empty(await WrongAsync(held, isUnguarded: false));

    [Fact]
    public async Task A_cache_without_the_guard_is_found_out() => Assert.NotEmpty(await WrongAsync(FaultDirections.None, isUnguarded: true));

    private static async Task<List<string>> WrongAsync(FaultDirections held, bool isUnguarded)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var loading = Harness(proxy.Port, isUnguarded);
        await using var others = Harness(server.Port, isUnguarded, loading.Prefix);
        var play = new Play(server, proxy, loading.CreateCache(), others.CreateCache(), others.CreateCache(), held, isUnguarded ? TimeSpan.FromMilliseconds(200) : Deadline.Limit);
        var wrong = new List<string>();
        var number = 0;
        foreach (var order in Orders.Of(Enum.GetValues<Step>()))
        {
            wrong.AddRange((await play.RunAsync($"{number++}", order)).Select(what => $"{string.Join(", ", order)}: {what}"));
        }

        return wrong;
    }

    private static RedisHarness Harness(int port, bool isUnguarded, string? prefix = null) => new(
        settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, 1 << 18)),
        settings => settings with { IsUnguarded = isUnguarded })
    {
        LocalCopies = RedisLocalCopies.Auto,
        Prefix = prefix ?? $"test-{Guid.NewGuid():N}",
    };

    private sealed class Play(RedisServer server, FaultProxy proxy, ICache loader, ICache joiner, ICache changer, FaultDirections held, TimeSpan pushLimit)
    {
        private readonly List<string> _wrong = [];
        private TaskCompletionSource<string> _load = new();
        private Task<string>? _joined;
        private int _joinerLoads;
        private bool _isLeaseThere;
        private bool _isChangedBeforeJoin;

        public async Task<IReadOnlyList<string>> RunAsync(string key, IReadOnlyList<Step> order)
        {
            _wrong.Clear();
            (_load, _joined, _joinerLoads, _isLeaseThere, _isChangedBeforeJoin) = (NewLoad(), null, 0, true, false);
            var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = loader.GetOrCreateAsync(key, async _ =>
            {
                begun.SetResult();
                return await _load.Task;
            }).AsTask();
            await begun.Task;
            foreach (var step in order)
            {
                await DoAsync(step, key, first);
                if (_isLeaseThere && Volatile.Read(ref _joinerLoads) > 0)
                {
                    _wrong.Add($"two loads after {step}");
                }
            }

            proxy.BlackHole = FaultDirections.None;
            await first;
            if (await _joined! == Old && _isChangedBeforeJoin)
            {
                _wrong.Add("a caller that came after a change got what was loaded before it");
            }

            await FindNothingOldAsync(key);
            return _wrong;
        }

        private async Task DoAsync(Step step, string key, Task first)
        {
            switch (step)
            {
                case Step.Join:
                    await JoinAsync(key);
                    break;
                case Step.Set:
                    await changer.SetAsync(key, "set");
                    (_isLeaseThere, _isChangedBeforeJoin) = (false, _isChangedBeforeJoin || _joined is null);
                    break;
                case Step.Remove:
                    await changer.RemoveAsync(key);
                    (_isLeaseThere, _isChangedBeforeJoin) = (false, _isChangedBeforeJoin || _joined is null);
                    break;
                default:
                    proxy.BlackHole = held;
                    _load.SetResult(Old);
                    if (held == FaultDirections.None)
                    {
                        await first;
                        _isLeaseThere = false;
                    }
                    else if (held == FaultDirections.ToClient)
                    {
                        // What was loaded may be stored by now, or not.
                        _isLeaseThere = false;
                    }

                    break;
            }
        }

        /// <summary>Asks for the key, and waits until the caller waits for the lease, if it is there.</summary>
        private async Task JoinAsync(string key)
        {
            var waits = await server.CallsAsync("getrange");
            _joined = joiner.GetOrCreateAsync(key, _ =>
            {
                Interlocked.Increment(ref _joinerLoads);
                return ValueTask.FromResult("loaded after");
            }).AsTask();
            if (_isLeaseThere)
            {
                await Deadline.TrueAsync(async () => await server.CallsAsync("getrange") > waits || _joined.IsCompleted, "the caller waits");
            }
        }

        private async Task FindNothingOldAsync(string key)
        {
            foreach (var cache in new[] { loader, joiner, changer })
            {
                // A change elsewhere is heard of a little later.
                var start = TimeProvider.System.GetTimestamp();
                while ((await cache.GetAsync<string>(key)).GetValueOrDefault() == Old)
                {
                    if (TimeProvider.System.GetElapsedTime(start) > pushLimit)
                    {
                        _wrong.Add("what was loaded before the changes is found after them");
                        break;
                    }

                    await Task.Delay(5);
                }
            }
        }

        private static TaskCompletionSource<string> NewLoad() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
