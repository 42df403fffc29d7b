namespace Larder.Testing.Conformance;

/// <summary>Single entries: reading, writing, removing, conditional and atomic operations.</summary>
internal sealed class EntryConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    public async Task A_value_that_was_set_is_read()
    {
        await Cache.SetAsync("key", "value");

        var result = await Cache.GetAsync<string>("key");

        Expect.True(result.HasValue);
        Expect.Equal("value", result.Value);
    }
}
