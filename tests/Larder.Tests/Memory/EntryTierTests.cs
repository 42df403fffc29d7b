namespace Larder.Tests.Memory;

/// <summary>A cache that has no tier but memory keeps what is for memory.</summary>
public sealed class EntryTierTests : MemoryTest
{
    [Theory]
    [InlineData(CacheTiers.None, false)]
    [InlineData(CacheTiers.Shared, false)]
    [InlineData(CacheTiers.Memory, true)]
    [InlineData(CacheTiers.All, true)]
    public async Task An_entry_is_stored_if_it_is_for_memory(CacheTiers tiers, bool isStored)
    {
        var policy = new CachePolicy { Tiers = tiers };

        await Cache.SetAsync("set", 1, policy);
        await Cache.GetOrCreateAsync("loaded", _ => new ValueTask<int>(1), policy);

        Assert.Equal(isStored, Cache.TryGet<int>("set", out _));
        Assert.Equal(isStored, Cache.TryGet<int>("loaded", out _));
    }
}
