using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Larder.Redis;
using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.OutputCaching;

/// <summary>The contract of the stores of output caching, over every kind of cache.</summary>
public sealed class OutputStoreTests(SharedServers servers) : IAsyncDisposable
{
    private const string Key = "GET\u001eHTTP\u001eLOCALHOST\u001e/USERS/1\u001eQ\u001fID=1";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly string _prefix = TestWeb.Prefix();
    private ServiceProvider? _services;

    public static TheoryData<string> Kinds => ["memory", "redis", "redis with copies", "strict", "cluster"];

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.GetRequiredService<ICache>().ClearAsync();
            await _services.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_response_is_given_as_it_was_stored(string kind)
    {
        var store = await StoreAsync(kind);

        await store.SetAsync(Key, Bytes("response"), tags: null, Minute, default);
        await store.SetAsync("parts", Parts("in ", "two ", "parts"), default, Minute, default);

        Assert.Equal("response", Encoding.UTF8.GetString((await store.GetAsync(Key, default))!));
        Assert.Equal("in two parts", await PipedAsync(store, "parts"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_absent_is_null_and_writes_nothing(string kind)
    {
        var store = await StoreAsync(kind);

        Assert.Null(await store.GetAsync(Key, default));
        Assert.Null(await PipedAsync(store, Key));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_empty_response_is_one(string kind)
    {
        var store = await StoreAsync(kind);

        await store.SetAsync(Key, [], tags: null, Minute, default);

        Assert.Empty(await store.GetAsync(Key, default) ?? throw new InvalidOperationException("It is absent."));
        Assert.Equal("", await PipedAsync(store, Key));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_key_is_taken_and_no_two_are_the_same(string kind)
    {
        var store = await StoreAsync(kind);
        string[] keys =
        [
            Key, Key.Replace('\u001e', '\u001f'), "a\u001eb", "a\u001fb", "a%1Eb", "a%251Eb", "a%b", "a%25b", "", "%", "%empty", " ", "\0", "\r\n", "\u007f", "\ud800", "\ud801", "\ufffd", "%uD800",
            "\ud83d\ude00", "*", "a*", "[a]", new string('x', 512), new string('x', 513), new string('x', 5000), new string('x', 4999) + "y", new string('\u001e', 400), new string('\u001e', 401),
        ];

        for (var i = 0; i < keys.Length; i++)
        {
            await store.SetAsync(keys[i], Bytes($"{i}"), tags: null, Minute, default);
        }

        for (var i = 0; i < keys.Length; i++)
        {
            Assert.Equal($"{i}", await PipedAsync(store, keys[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_tag_evicts_all_that_have_it_and_nothing_else(string kind)
    {
        var store = await StoreAsync(kind);
        await store.SetAsync("both", Bytes("1"), ["a", "b", "a"], Minute, default);
        await store.SetAsync("b", new ReadOnlySequence<byte>(Bytes("2")), new[] { "b" }, Minute, default);
        await store.SetAsync("none", Bytes("3"), tags: null, Minute, default);

        await store.EvictByTagAsync("unknown", default);
        await store.EvictByTagAsync("*", default);
        await store.EvictByTagAsync("a", default);

        Assert.Equal((null, "2", "3"), (await PipedAsync(store, "both"), await PipedAsync(store, "b"), await PipedAsync(store, "none")));
        await store.EvictByTagAsync("b", default);
        Assert.Equal((null, "3"), (await PipedAsync(store, "b"), await PipedAsync(store, "none")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Any_text_can_be_a_tag(string kind)
    {
        var store = await StoreAsync(kind);
        string[] tags = ["", " ", "\u001e", "\u001f", "%1E", "\ud800", "\ud801", new string('t', 3000), new string('t', 2999) + "u"];
        foreach (var tag in tags)
        {
            await store.SetAsync($"of {tag}", Bytes("1"), [tag], Minute, default);
        }

        for (var i = 0; i < tags.Length; i++)
        {
            await store.EvictByTagAsync(tags[i], default);
            Assert.Equal(tags[(i + 1)..].Length, await CountAsync(store, tags));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_entry_that_is_replaced_has_the_tags_of_the_new_one_only(string kind)
    {
        var store = await StoreAsync(kind);
        await store.SetAsync(Key, Bytes("old"), ["a"], Minute, default);

        await store.SetAsync(Key, Bytes("new"), ["b"], Minute, default);
        await store.EvictByTagAsync("a", default);

        Assert.Equal("new", await PipedAsync(store, Key));
        await store.EvictByTagAsync("b", default);
        Assert.Null(await PipedAsync(store, Key));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_bytes_of_the_caller_and_those_of_the_store_are_not_the_same(string kind)
    {
        var store = await StoreAsync(kind);
        var buffer = Bytes("response");
        await store.SetAsync(Key, buffer, tags: null, Minute, default);
        await store.SetAsync("sequence", new ReadOnlySequence<byte>(buffer), default, Minute, default);

        Array.Clear(buffer);
        Array.Clear((await store.GetAsync(Key, default))!);

        Assert.Equal("response", await PipedAsync(store, Key));
        Assert.Equal("response", await PipedAsync(store, "sequence"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_life_may_be_tiny_and_must_be_above_zero(string kind)
    {
        var store = await StoreAsync(kind);

        await store.SetAsync(Key, Bytes("1"), tags: null, TimeSpan.FromMicroseconds(100), default);

        await Deadline.TrueAsync(async () => await store.GetAsync(Key, default) is null);
        var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => store.SetAsync(Key, Bytes("1"), tags: null, TimeSpan.Zero, default).AsTask());
        Assert.Equal("validFor", refusal.ParamName);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Null_is_refused_by_its_name(string kind)
    {
        var store = await StoreAsync(kind);

        Assert.Equal("key", (await Assert.ThrowsAsync<ArgumentNullException>(() => store.GetAsync(null!, default).AsTask())).ParamName);
        Assert.Equal("key", (await Assert.ThrowsAsync<ArgumentNullException>(() => store.TryGetAsync(null!, new Pipe().Writer, default).AsTask())).ParamName);
        Assert.Equal("key", (await Assert.ThrowsAsync<ArgumentNullException>(() => store.SetAsync(null!, Bytes("1"), null, Minute, default).AsTask())).ParamName);
        Assert.Equal("value", (await Assert.ThrowsAsync<ArgumentNullException>(() => store.SetAsync(Key, null!, null, Minute, default).AsTask())).ParamName);
        Assert.Equal("destination", (await Assert.ThrowsAsync<ArgumentNullException>(() => store.TryGetAsync(Key, null!, default).AsTask())).ParamName);
        Assert.Equal("tags", (await Assert.ThrowsAsync<ArgumentException>(() => store.SetAsync(Key, Bytes("1"), [null!], Minute, default).AsTask())).ParamName);
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.EvictByTagAsync(null!, default).AsTask());
        Assert.Null(await store.GetAsync(Key, default));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_cancelled_call_does_nothing(string kind)
    {
        var store = await StoreAsync(kind);
        await store.SetAsync(Key, Bytes("1"), ["a"], Minute, default);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync(Key, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.TryGetAsync(Key, new Pipe().Writer, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.SetAsync(Key, Bytes("2"), null, Minute, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.EvictByTagAsync("a", cancelled).AsTask());

        Assert.Equal("1", await PipedAsync(store, Key));
    }

    [Fact]
    public async Task Everything_in_the_server_goes_by_itself()
    {
        await using var server = await RedisServer.StartAsync();
        await using var services = Services(larder => larder.In(server, _prefix));
        var store = services.GetRequiredService<IOutputCacheStore>();
        for (var i = 0; i < 50; i++)
        {
            await store.SetAsync($"key {i}", Bytes("1"), [$"tag {i}", "all"], Minute, default);
        }

        await store.EvictByTagAsync("all", default);

        var keys = (await server.ListAsync("KEYS", "*")).Cast<string>().ToArray();
        Assert.NotEmpty(keys);
        foreach (var key in keys)
        {
            Assert.InRange((long)(await server.CommandAsync("PTTL", key))!, 1, (long)TimeSpan.FromDays(181).TotalMilliseconds);
        }
    }

    [Fact]
    public async Task A_tag_removes_responses_and_entries_of_the_application_together()
    {
        var store = await StoreAsync("memory");
        var cache = _services!.GetRequiredService<ICache>();
        await cache.SetAsync("user", 1, new CacheEntryOptions { Tags = ["users"] });
        await store.SetAsync(Key, Bytes("1"), ["users"], Minute, default);

        await cache.RemoveByTagAsync("users");

        Assert.False(await cache.ExistsAsync("user"));
        Assert.Null(await store.GetAsync(Key, default));
    }

    [Fact]
    public async Task A_named_cache_is_the_store_and_other_stores_are_replaced_whatever_the_order()
    {
        var services = new ServiceCollection();
        services.AddOutputCache();
        services.AddLarder(larder => larder.AddCache("pages").AsOutputCacheStore("pages"));
        services.AddOutputCache();
        _services = services.BuildServiceProvider();

        await Assert.IsType<IOutputCacheBufferStore>(_services.GetRequiredService<IOutputCacheStore>(), exactMatch: false).SetAsync(Key, Bytes("1"), null, Minute, default);

        Assert.Equal(1, await _services.GetRequiredKeyedService<ICache>("pages").CountAsync());
        Assert.Equal(0, await _services.GetRequiredService<ICache>().CountAsync());
    }

    [Theory]
    [InlineData(256, 1024)]
    [InlineData(1024, 256)]
    public async Task A_cache_whose_keys_or_tags_are_too_short_is_refused_when_the_store_is_made(int maxKeyLength, int maxTagLength)
    {
        await using var services = Services(larder => larder.Configure(options => (options.MaxKeyLength, options.MaxTagLength) = (maxKeyLength, maxTagLength)));

        var refusal = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IOutputCacheStore>());

        Assert.Contains($"MaxKeyLength is {maxKeyLength} and MaxTagLength {maxTagLength}; output caching needs at least 519 and 512", refusal.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<LarderBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddLarder(larder =>
        {
            configure(larder);
            larder.AsOutputCacheStore();
        });
        return services.BuildServiceProvider();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static ReadOnlySequence<byte> Parts(params string[] parts)
    {
        var first = new Part(Bytes(parts[0]), before: null);
        var last = parts[1..].Aggregate(first, (before, part) => new Part(Bytes(part), before));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Reads a response over a pipe, without ending it: the store must have flushed.</summary>
    private static async Task<string?> PipedAsync(IOutputCacheBufferStore store, string key)
    {
        var pipe = new Pipe();
        var isFound = await store.TryGetAsync(key, pipe.Writer, default);
        var isWritten = pipe.Reader.TryRead(out var read);
        Assert.True(isFound || !isWritten);
        return isFound ? Encoding.UTF8.GetString(read.Buffer) : null;
    }

    private static async Task<int> CountAsync(IOutputCacheBufferStore store, string[] tags)
    {
        var count = 0;
        foreach (var tag in tags)
        {
            count += await store.GetAsync($"of {tag}", default) is null ? 0 : 1;
        }

        return count;
    }

    private async Task<IOutputCacheBufferStore> StoreAsync(string kind)
    {
        var connection = kind switch
        {
            "memory" => null,
            "cluster" => "redis://" + string.Join(',', (await servers.Cluster.GetAsync()).Nodes.Select(node => node.EndPoint)),
            _ => $"redis://{(await servers.Standalone.GetAsync()).EndPoint}",
        };
        _services = Services(larder => larder.Configure(options => options.Prefix = _prefix).UseRedis(redis =>
        {
            redis.ConnectionString = connection;
            redis.CommandTimeout = TimeSpan.FromSeconds(20);
            redis.LocalCopies = kind == "redis" ? RedisLocalCopies.None : RedisLocalCopies.Auto;
            redis.Coherence = kind == "strict" ? CacheCoherence.Strict : CacheCoherence.Default;
        }));
        return Assert.IsType<IOutputCacheBufferStore>(_services.GetRequiredService<IOutputCacheStore>(), exactMatch: false);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(byte[] bytes, Part? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
