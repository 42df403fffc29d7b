using Larder.Tests.Conformance;
using Larder.Tests.Loading;

namespace Larder.Tests.Tiers;

/// <summary>
/// Loads of two processes over one store of bytes, which tells neither of what the other does. Who joins a load gets nothing that was changed before he came, and loads of both at once
/// are not made again for that.
/// </summary>
public sealed class JoinedLoadTests : IAsyncDisposable
{
    private readonly BytesHarness _harness = new();
    private readonly ICache _one;
    private readonly ICache _other;
    private readonly Held<int> _first = new();

    public JoinedLoadTests()
    {
        _one = _harness.CreateCache();
        _other = _harness.CreateCache();
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Theory]
    [InlineData("remove", true)]
    [InlineData("remove", false)]
    [InlineData("tag", true)]
    [InlineData("tag", false)]
    public async Task Who_comes_after_a_change_by_another_process_gets_nothing_from_before_it(string change, bool isStored)
    {
        var begun = LoadAsync(isStored);
        await _first.BegunAsync;
        await (change == "tag" ? _other.RemoveByTagAsync("tag").AsTask() : _other.RemoveAsync("key").AsTask());

        var second = _one.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)).AsTask();
        await Soon.TrueAsync(() => _one.Statistics.Snapshot().JoinedLoads == 1);
        _first.Return(1);

        Assert.Equal(1, await begun);
        Assert.Equal(2, await Soon.EndsAsync(second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_nothing_has_changed_all_get_what_the_one_has_loaded(bool isStored)
    {
        var begun = LoadAsync(isStored);
        await _first.BegunAsync;
        var others = Enumerable.Range(0, 10).Select(_ => _one.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)).AsTask()).ToList();
        await Soon.TrueAsync(() => _one.Statistics.Snapshot().JoinedLoads == 10);
        _first.Return(1);

        Assert.Equal(1, await begun);
        Assert.All(await Soon.EndsAsync(Task.WhenAll(others)), value => Assert.Equal(1, value));
    }

    [Fact]
    public async Task Two_processes_that_load_a_key_at_once_call_the_loader_once_each()
    {
        var second = new Held<int>();
        var callers = Enumerable.Range(0, 5).Select(_ => _one.GetOrCreateAsync("key", _first.LoadAsync).AsTask()).ToList();
        await _first.BegunAsync;
        callers.AddRange(Enumerable.Range(0, 5).Select(_ => _other.GetOrCreateAsync("key", second.LoadAsync).AsTask()));
        await second.BegunAsync;
        await Soon.TrueAsync(() => _one.Statistics.Snapshot().JoinedLoads == 4 && _other.Statistics.Snapshot().JoinedLoads == 4);

        second.Return(1);
        await Soon.EndsAsync(Task.WhenAll(callers[5..]));
        _first.Return(1);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), value => Assert.Equal(1, value));
        Assert.Equal(2, _first.Calls + second.Calls);
        Assert.Equal(1, (await _other.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task A_load_that_finds_what_another_process_has_stored_meanwhile_leaves_it_there()
    {
        _harness.Tier.BeforeCommit = async _ =>
        {
            _harness.Tier.BeforeCommit = null;
            await _other.SetAsync("key", 1);
        };

        Assert.Equal(1, await _one.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)));
        Assert.Equal(1, (await _other.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task Who_comes_after_the_end_of_its_tag_gets_nothing_that_a_load_has_found_before()
    {
        Task<int>? second = null;
        var looks = 0;
        _harness.Tier.BeforeCommit = async _ =>
        {
            _harness.Tier.BeforeCommit = null;
            await _other.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] });
            _harness.Tier.AfterRead = async key =>
            {
                // The tag is looked at when the lease cannot be taken, and again when it is found why.
                if (!key.EndsWith("tag", StringComparison.Ordinal) || ++looks < 2)
                {
                    return;
                }

                _harness.Tier.AfterRead = null;
                await _other.RemoveByTagAsync("tag");
                second = _one.GetOrCreateAsync("key", _ => ValueTask.FromResult(3)).AsTask();
                await Soon.TrueAsync(() => _one.Statistics.Snapshot().JoinedLoads == 1);
            };
        };

        Assert.Equal(1, await Soon.EndsAsync(_one.GetOrCreateAsync("key", _ => ValueTask.FromResult(2))));
        Assert.Equal(3, await Soon.EndsAsync(second!));
    }

    private Task<int> LoadAsync(bool isStored) => _one.GetOrCreateAsync("key", 0, async (_, load, token) =>
    {
        var value = await _first.LoadAsync(token);
        load.AddTags("tag");
        if (!isStored)
        {
            load.DoNotStore();
        }

        return value;
    }).AsTask();
}
