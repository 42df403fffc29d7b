using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Journal;

/// <summary>The journal of write-behind in Redis, on one server and in a cluster.</summary>
[Trait("Category", "Slow")]
public sealed class JournalTests(SharedServers servers)
{
    private readonly string _name = $"test-{Guid.NewGuid():N}";
    private readonly JournalSource _source = new();

    public static TheoryData<bool> Topologies => [false, true];

    [Theory]
    [MemberData(nameof(Topologies))]
    public async Task What_is_accepted_is_delivered_and_leaves_the_journal(bool isCluster)
    {
        var journal = await JournalAsync(isCluster);
        await using var cache = Open(journal);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(key => cache.SetAsync($"key:{key}", new Payload(key)).AsTask()));
        await cache.RemoveAsync("key:7");
        await cache.DrainAsync().WaitAsync(Deadline.Limit);

        Assert.Equal(new Payload(199), _source["key:199"]);
        Assert.Null(_source["key:7"]);
        Assert.Null(await cache.GetAsync("key:7"));
        Assert.Equal(201, cache.WriteBehind!.Accepted);
        await Deadline.TrueAsync(() => cache.WriteBehind!.Queued == 0);
    }

    [Theory]
    [MemberData(nameof(Topologies))]
    public async Task What_another_process_accepted_is_read_before_the_source_has_it(bool isCluster)
    {
        var journal = await JournalAsync(isCluster);
        await using var writer = Open(journal, options => options.Delivers = false);
        await using var reader = Open(journal, options => options.Delivers = false);

        await writer.SetAsync("key", new Payload(1));
        Assert.Equal(new Payload(1), await reader.GetAsync("key"));
        await writer.SetAsync("other", new Payload(2));
        await writer.RemoveAsync("other");

        Assert.Null(await reader.GetAsync("other"));
        Assert.Empty(_source.Effects);
    }

    [Theory]
    [MemberData(nameof(Topologies))]
    public async Task What_a_process_left_another_delivers(bool isCluster)
    {
        var journal = await JournalAsync(isCluster);
        await using (var writer = Open(journal, options => options.Delivers = false))
        {
            await writer.SetAsync("a", new Payload(1));
            await writer.SetAsync("a", new Payload(2));
            await writer.SetAsync("b", new Payload(3));
        }

        await using var worker = Open(journal);
        await worker.DrainAsync().WaitAsync(Deadline.Limit);

        Assert.Equal((new Payload(2), new Payload(3)), (_source["a"], _source["b"]));
    }

    [Theory]
    [MemberData(nameof(Topologies))]
    public async Task What_is_refused_too_often_is_a_dead_letter_with_all_that_is_needed_to_write_it_again(bool isCluster)
    {
        var journal = await JournalAsync(isCluster);
        _source.Fails = key => key == "bad" ? new IOException("violates a constraint") : null;
        await using var cache = Open(journal, options => (options.MaxAttempts, options.RetryDelay) = (3, TimeSpan.FromMilliseconds(1)));
        await cache.SetAsync("bad", new Payload(1));
        await cache.SetAsync("good", new Payload(2));

        await cache.DrainAsync().WaitAsync(Deadline.Limit);

        await Deadline.TrueAsync(() => cache.WriteBehind!.DeadLettered == 1);
        var letter = Assert.Single(await DeadAsync(cache));
        Assert.Equal(("bad", new Payload(1), false, true), (letter.Key, letter.Value, letter.IsDeletion, letter.IsReadable));
        Assert.Contains("constraint", letter.Reason, StringComparison.Ordinal);
        Assert.Equal(new Payload(2), _source["good"]);
        Assert.True(await cache.RemoveDeadLetterAsync(letter.Id));
        Assert.False(await cache.RemoveDeadLetterAsync(letter.Id));
        Assert.Empty(await DeadAsync(cache));
    }

    [Fact]
    public async Task Partitions_are_shared_evenly_and_given_to_those_who_come_later()
    {
        var journal = await JournalAsync(isCluster: false);
        await using var first = Open(journal);
        await FillAsync(first);
        await Deadline.TrueAsync(async () => (await OwnersAsync()).Count == 1);
        await using var second = Open(journal);

        await Deadline.TrueAsync(async () => await OwnersAsync() is { Count: 2 } owners && owners.Values.All(count => count == 4));

        await FillAsync(first);
        await first.DrainAsync().WaitAsync(Deadline.Limit);
        await Deadline.TrueAsync(() => first.WriteBehind!.Delivered > 0 && second.WriteBehind!.Delivered > 0);
    }

    [Fact]
    public async Task Order_of_each_key_holds_while_partitions_change_hands()
    {
        var journal = await JournalAsync(isCluster: false);
        var writer = Open(journal);
        for (var round = 0; round < 6; round++)
        {
            await using var passing = Open(journal);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async key =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await writer.SetAsync($"key:{key}", new Payload((round * 10) + i));
                }
            }));
        }

        await writer.DrainAsync().WaitAsync(Deadline.Limit);
        await writer.DisposeAsync();

        foreach (var effects in _source.Effects.GroupBy(effect => effect.Key))
        {
            Assert.Equal(effects.Select(effect => effect.Value!.Number).Order(), effects.Select(effect => effect.Value!.Number));
            Assert.Equal(59, effects.Last().Value!.Number);
        }
    }

    [Fact]
    public async Task A_full_journal_refuses_or_writes_through_under_a_later_version()
    {
        var journal = await JournalAsync(isCluster: false, partitions: 1);
        await using var refusing = Open(journal, options => (options.Delivers, options.MaxQueued, options.WhenFull) = (false, 2, QueueFullMode.Reject));
        await refusing.SetAsync("a", new Payload(1));
        await refusing.SetAsync("b", new Payload(1));
        await Assert.ThrowsAsync<WriteQueueFullException>(() => refusing.SetAsync("c", new Payload(1)).AsTask());
        await using var through = Open(journal, options => (options.Delivers, options.MaxQueued, options.WhenFull) = (false, 2, QueueFullMode.WriteThrough));

        await through.SetAsync("a", new Payload(2));

        Assert.Equal(new Payload(2), _source["a"]);
        await using var worker = Open(journal);
        Assert.Equal(new Payload(2), await worker.GetAsync("a"));
        await worker.DrainAsync().WaitAsync(Deadline.Limit);
        Assert.Equal((new Payload(2), new Payload(1), 1), (_source["a"], _source["b"], _source.Refusals));
    }

    [Fact]
    public async Task A_full_journal_lets_writers_wait_for_a_worker()
    {
        var journal = await JournalAsync(isCluster: false, partitions: 1);
        await using var writer = Open(journal, options => (options.Delivers, options.MaxQueued, options.FullTimeout) = (false, 5, Deadline.Limit));
        var writing = Task.WhenAll(Enumerable.Range(0, 50).Select(key => writer.SetAsync($"{key}", new Payload(key)).AsTask()));
        await Deadline.TrueAsync(() => writer.WriteBehind!.Accepted == 5);

        await using var worker = Open(journal);
        await writing.WaitAsync(Deadline.Limit);

        await worker.DrainAsync().WaitAsync(Deadline.Limit);
        Assert.Equal(50, _source.Effects.Count);
    }

    [Fact]
    public async Task A_write_of_another_form_is_a_dead_letter_and_not_lost()
    {
        var server = await servers.Standalone.GetAsync();
        var journal = await JournalAsync(isCluster: false, partitions: 1);
        await server.CommandAsync("XADD", $"{{{_name}:0}}:writes", "5-0", "k", "key", "v", "who knows");
        await using var cache = Open(journal);

        await cache.DrainAsync().WaitAsync(Deadline.Limit);

        var letter = Assert.Single(await DeadAsync(cache));
        Assert.Equal(("key", false, 5L), (letter.KeyText, letter.IsReadable, letter.Version));
    }

    [Fact]
    public async Task Processes_that_divide_the_journal_differently_are_told()
    {
        await using var eight = Open(await JournalAsync(isCluster: false));
        await eight.SetAsync("key", new Payload(1));
        await using var four = Open(await JournalAsync(isCluster: false, partitions: 4), options => options.Delivers = false);

        var refusal = await Assert.ThrowsAsync<CacheException>(() => four.SetAsync("key", new Payload(2)).AsTask());

        Assert.Contains("8 partitions", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_evicts_writes_is_refused()
    {
        await using var server = await RedisServer.StartAsync(new() { MaxMemory = "50mb", MaxMemoryPolicy = "allkeys-lru" });
        await using var cache = Open(new RedisJournal(_name, $"redis://{server.EndPoint}?commandTimeout=20s"), options => options.Delivers = false);

        var refusal = await Assert.ThrowsAsync<CacheException>(() => cache.SetAsync("key", new Payload(1)).AsTask());

        Assert.Contains("maxmemory-policy", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_permissions_that_the_guide_names_are_enough()
    {
        await using var server = await RedisServer.StartAsync(new()
        {
            Users =
            [
                "journal on >secret ~{counts* -@all +hello +auth +ping +select +client|setname +info +get +set +exists +pexpire +time +eval +evalsha +zadd"
                    + " +xadd +xlen +xrange +xdel +xack +xautoclaim +xpending +xreadgroup +xgroup +xinfo +hget +hset +hdel +del +zremrangebyscore +zcard +zrem",
            ],
        });
        var journal = new RedisJournal("counts", $"redis://journal:secret@{server.EndPoint}?commandTimeout=20s") { Lease = TimeSpan.FromSeconds(1) };
        _source.Fails = key => key == "bad" ? new FormatException("no") : null;
        await using var through = Open(journal, options => (options.Delivers, options.MaxQueued, options.WhenFull) = (false, 1, QueueFullMode.WriteThrough));
        await using var cache = Open(journal, options => options.IsPoison = _ => true);
        await cache.SetAsync("bad", new Payload(1));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(key => through.SetAsync($"key:{key}", new Payload(key)).AsTask()));

        await cache.DrainAsync().WaitAsync(Deadline.Limit);

        Assert.Equal(new Payload(7), await cache.GetAsync("key:7"));
        var letter = Assert.Single(await DeadAsync(cache));
        Assert.True(await cache.RemoveDeadLetterAsync(letter.Id));
        Assert.DoesNotContain("NOPERM", (string)(await server.CommandAsync("INFO", "errorstats"))!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_journal_cannot_be_is_refused_by_name()
    {
        Assert.Contains("braces", Assert.Throws<ArgumentException>(() => new RedisJournal("{x}", "redis://localhost")).Message, StringComparison.Ordinal);
        Assert.Contains("no server", Assert.Throws<ArgumentException>(() => new RedisJournal("x", new RedisOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("RetryCount", Assert.Throws<ArgumentException>(() => new RedisJournal("x", new RedisOptions { Endpoints = ["localhost"], RetryCount = 99 })).Message, StringComparison.Ordinal);
        Assert.Contains("Partitions", Assert.Throws<ArgumentOutOfRangeException>(() => new RedisJournal("x", "redis://localhost") { Partitions = 0 }).Message, StringComparison.Ordinal);
        Assert.Contains("Lease", Assert.Throws<ArgumentOutOfRangeException>(() => new RedisJournal("x", "redis://localhost") { Lease = TimeSpan.Zero }).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new RedisJournal("x", "redis://:secret@localhost").ToString(), StringComparison.Ordinal);
    }

    private static Task FillAsync(SourceCache<string, Payload> cache) =>
        Task.WhenAll(Enumerable.Range(0, 100).Select(key => cache.SetAsync($"key:{key}", new Payload(key)).AsTask()));

    private static async Task<List<DeadLetter<string, Payload>>> DeadAsync(SourceCache<string, Payload> cache)
    {
        var letters = new List<DeadLetter<string, Payload>>();
        await foreach (var letter in cache.DeadLettersAsync())
        {
            letters.Add(letter);
        }

        return letters;
    }

    /// <summary>Counts the partitions of each process.</summary>
    private async Task<Dictionary<string, int>> OwnersAsync()
    {
        var server = await servers.Standalone.GetAsync();
        var owners = new List<string>();
        for (var partition = 0; partition < 8; partition++)
        {
            if (await server.CommandAsync("GET", $"{{{_name}:{partition}}}:owner") is string owner)
            {
                owners.Add(owner);
            }
        }

        return owners.Count == 8 ? owners.CountBy(owner => owner).ToDictionary() : [];
    }

    private async Task<RedisJournal> JournalAsync(bool isCluster, int partitions = 8)
    {
        var endpoints = isCluster
            ? (await servers.Cluster.GetAsync()).Nodes.Select(node => node.EndPoint).ToArray()
            : [(await servers.Standalone.GetAsync()).EndPoint];
        return new RedisJournal(_name, new RedisOptions { Endpoints = endpoints, CommandTimeout = TimeSpan.FromSeconds(10) }) { Partitions = partitions, Lease = TimeSpan.FromSeconds(2) };
    }

    /// <summary>Opens the journal as a process of its own would, with a cache of its own.</summary>
    private SourceCache<string, Payload> Open(RedisJournal journal, Action<WriteBehindOptions>? configure = null)
    {
        var options = new WriteBehindOptions { Journal = journal, FlushInterval = TimeSpan.FromMilliseconds(20) };
        configure?.Invoke(options);
        return Cache.InMemory().For(_source, new SourceCacheOptions { WriteBehind = options });
    }
}
