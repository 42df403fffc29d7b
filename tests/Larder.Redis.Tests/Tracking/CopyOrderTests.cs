using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Tracking;

/// <summary>
/// A read whose copy may be kept, the word of a change elsewhere and a removal here, step by step in every order: the copy stays only if all changes came before the
/// server was asked.
/// </summary>
public sealed class CopyOrderTests
{
    private enum Step
    {
        /// <summary>The read has come to the server.</summary>
        Read,

        /// <summary>Its reply has come to the cache, and the read has returned.</summary>
        Reply,

        /// <summary>The server has told the cache that the key was changed elsewhere.</summary>
        Push,

        /// <summary>A removal by the cache has come to the server.</summary>
        Remove,

        /// <summary>The removal has returned.</summary>
        Removed,
    }

    [Fact]
    public async Task A_copy_is_kept_in_those_orders_only_in_which_nothing_changed_after_the_server_was_asked()
    {
        var orders = AllOrders();

        Assert.Equal(30, orders.Count);
        Assert.Empty(await WrongAsync(orders, isUnguarded: false));
    }

    [Fact]
    public async Task A_cache_without_the_guard_is_found_out()
    {
        var wrong = await WrongAsync(AllOrders(), isUnguarded: true);

        Assert.NotEmpty(wrong);
        Assert.All(wrong, order => Assert.Contains("kept", order, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_is_not_kept_when_the_word_of_a_change_comes_in_one_piece_with_the_reply()
    {
        await using var play = await Play.BeginAsync(isUnguarded: false);
        for (var round = 0; round < 200; round++)
        {
            await play.ReadWithPushBehindAsync($"{round}");

            Assert.Equal(Play.New, await play.ReadAgainAsync($"{round}"));
        }
    }

    private static List<IReadOnlyList<Step>> AllOrders() => [.. Orders.Of(Enum.GetValues<Step>(), (Step.Read, Step.Reply), (Step.Remove, Step.Removed))];

    private static async Task<List<string>> WrongAsync(IReadOnlyList<IReadOnlyList<Step>> orders, bool isUnguarded)
    {
        var wrong = new List<string>();
        await using var play = await Play.BeginAsync(isUnguarded);
        for (var number = 0; number < orders.Count; number++)
        {
            var order = orders[number];
            await play.RunAsync($"{number}", order);
            var isKept = await play.ReadAgainAsync($"{number}") == Play.Old;
            var mayBeKept = order.TakeWhile(step => step != Step.Read).Count(step => step is Step.Push or Step.Removed) == 2;
            if (isKept != mayBeKept)
            {
                wrong.Add($"{string.Join(", ", order)}: {(isKept ? "kept" : "not there")}");
            }
        }

        return wrong;
    }

    /// <summary>A cache over a server that answers when it is told to.</summary>
    private sealed class Play : IAsyncDisposable
    {
        public const int Old = 1;
        public const int New = 2;

        private readonly ScriptedRespServer _server;
        private readonly RedisHarness _harness;
        private readonly ICache _cache;
        private int _readConnection;

        private Play(bool isUnguarded)
        {
            _server = ScriptedRedis.Start();
            _harness = ScriptedRedis.HarnessOver(_server, settings => settings with { IsUnguarded = isUnguarded });
            _cache = _harness.CreateCache();
        }

        public static async Task<Play> BeginAsync(bool isUnguarded)
        {
            var play = new Play(isUnguarded);
            await play._cache.GetAsync<int>("first");
            play._readConnection = (await play._server.WaitForAsync("GET")).Connection;
            await Deadline.TrueAsync(() => play._cache.Statistics.LocalCopies == LocalCopies.Tracked, "copies may be kept");
            return play;
        }

        public async Task RunAsync(string key, IReadOnlyList<Step> order)
        {
            var (reply, removed) = (NewSignal(), NewSignal());
            var (reading, removing) = (Task.CompletedTask, Task.CompletedTask);
            var removals = _server.Commands.Count(command => command.Name == "EVALSHA");
            _server.On($"GET {Key(key)}", RespReply.Bulk($"{Old}").After(reply.Task)).On("EVALSHA", RespReply.Array(RespReply.Bulk("")).After(removed.Task));
            foreach (var step in order)
            {
                switch (step)
                {
                    case Step.Read:
                        reading = _cache.GetAsync<int>(key).AsTask();
                        await _server.WaitForAsync($"GET {Key(key)}");
                        break;
                    case Step.Reply:
                        reply.SetResult();
                        await reading;
                        break;
                    case Step.Push:
                        await PushAsync(key);
                        break;
                    case Step.Remove:
                        removing = _cache.RemoveAsync(key).AsTask();
                        await _server.WaitForAsync("EVALSHA", removals + 1);
                        break;
                    default:
                        removed.SetResult();
                        await removing;
                        break;
                }
            }
        }

        public async Task ReadWithPushBehindAsync(string key)
        {
            _server.On($"GET {Key(key)}", RespReply.Raw($"$1\r\n{Old}\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n${Key(key).Length}\r\n{Key(key)}\r\n"));
            await _cache.GetAsync<int>(key);
        }

        /// <summary>Reads what is new by now, unless a copy of what is old was kept.</summary>
        public async Task<int> ReadAgainAsync(string key)
        {
            _server.On($"GET {Key(key)}", RespReply.Bulk($"{New}"));
            return (await _cache.GetAsync<int>(key)).Value;
        }

        public async ValueTask DisposeAsync()
        {
            await _harness.DisposeAsync();
            await _server.DisposeAsync();
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        private string Key(string key) => $"{_harness.Prefix}-default:{key}";

        private async Task PushAsync(string key)
        {
            var before = _cache.Statistics.Snapshot().DroppedCopies;
            await _server.PushAsync(RespReply.Invalidate(Key(key)), _readConnection);
            await Deadline.TrueAsync(() => _cache.Statistics.Snapshot().DroppedCopies > before, "the push is heard");
        }
    }
}
