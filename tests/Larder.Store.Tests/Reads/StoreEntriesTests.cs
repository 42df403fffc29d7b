using System.Collections.Concurrent;
using Larder.Store.Tests.Rows;

namespace Larder.Store.Tests.Reads;

/// <summary>The cached rows of a store, used by hand, and stores of one cache with settings of their own.</summary>
public sealed class StoreEntriesTests : IAsyncDisposable
{
    private readonly ConcurrentDictionary<long, Account> _rows = new();
    private readonly ICache _cache = Cache.InMemory();
    private int _loads;

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    [Ledger(161, 162)]
    public async Task The_entry_of_a_row_can_be_set_read_asked_about_and_removed_by_hand()
    {
        var store = Store("accounts");
        _rows[1] = new Account(1, 1);

        Assert.False((await store.Cache.GetAsync(1)).HasValue);
        await store.Cache.SetAsync(1, new Account(1, 7));

        Assert.Equal(7, (await store.Cache.GetAsync(1)).Value!.Version);
        Assert.Equal(7, (await store.FindAsync(1))!.Version);
        Assert.Equal(0, _loads);
        Assert.True((await store.Cache.GetTimeToLiveAsync(1)).HasExpiry);
        Assert.True(await _cache.ExistsAsync(store.Cache.KeyOf(1)));
        Assert.True(await store.Cache.RemoveAsync(1));
        Assert.False(await store.Cache.RemoveAsync(1));
        Assert.Equal(1, (await store.FindAsync(1))!.Version);
    }

    [Fact]
    [Ledger(31, 33, 89, 164)]
    public async Task Stores_of_one_cache_have_each_their_time_to_live_and_their_policy()
    {
        var users = Store("users", new StoreOptions { TimeToLive = TimeSpan.FromMinutes(30) });
        var products = Store("products", new StoreOptions { TimeToLive = TimeSpan.FromHours(2) });
        var sessions = Store("sessions", new StoreOptions { Policy = new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(5) } });
        var analytics = Store("analytics", new StoreOptions { Enabled = false });
        _rows[1] = new Account(1, 1);
        foreach (var store in new[] { users, products, sessions, analytics })
        {
            await store.FindAsync(1);
            await store.FindAsync(1);
        }

        Assert.Equal(5, _loads);
        Assert.InRange(await LifeAsync(users), TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        Assert.InRange(await LifeAsync(products), TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
        Assert.InRange(await LifeAsync(sessions), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));
        Assert.Equal(["products:1", "sessions:1", "users:1"], (await _cache.KeysAsync().ToArrayAsync()).Order(StringComparer.Ordinal));
    }

    private static async Task<TimeSpan> LifeAsync(ICachedStore<Account, long> store) => (await store.Cache.GetTimeToLiveAsync(1)).Remaining!.Value;

    private ICachedStore<Account, long> Store(string name, StoreOptions? options = null) => _cache.Store(
        name,
        CacheSource.Create<long, Account>((id, _) =>
        {
            _loads++;
            return new(_rows.GetValueOrDefault(id));
        }),
        account => account.Id,
        options);
}
