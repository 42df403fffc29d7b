using Larder.Testing;
using Larder.Testing.Conformance;
using Larder.Tests.Conformance;

namespace Larder.Tests.Model;

/// <summary>More seeds than the conformance suite has, and the engine's own tests: that it finds what is wrong, and makes it small.</summary>
public sealed class ModelTests
{
    public static TheoryData<int> Seeds => new(Enumerable.Range(1_000, 10).Select(seed => seed * 100));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_operations_on_memory_agree_with_a_dictionary(int firstSeed)
    {
        await using var harness = new MemoryHarness();
        for (var seed = firstSeed; seed < firstSeed + 10; seed++)
        {
            await ModelTest.RunAsync(harness, seed, steps: 200, prefix: seed % 2 == 0 ? null : "view");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_operations_on_a_store_of_bytes_agree_with_a_dictionary(int firstSeed)
    {
        await using var harness = new BytesHarness();
        for (var seed = firstSeed; seed < firstSeed + 3; seed++)
        {
            await ModelTest.RunAsync(harness, seed, steps: 150, prefix: seed % 2 == 0 ? null : "view");
        }
    }

    [Fact]
    public async Task A_cache_in_which_nothing_expires_is_found_and_the_sequence_is_cut_to_a_few_steps()
    {
        await using var harness = new FaultyHarness(options => options.TimeProvider = new FakeTimeProvider());

        var failure = await Assert.ThrowsAsync<ConformanceException>(() => ModelTest.RunAsync(harness, seed: 7, steps: 200));

        Assert.Contains("Seed 7;", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal)), 1, 5);
    }

    [Fact]
    public async Task A_cache_that_loses_entries_is_found()
    {
        await using var harness = new FaultyHarness(options => options.Memory.MaxEntries = 2);

        await Assert.ThrowsAsync<ConformanceException>(() => ModelTest.RunAsync(harness, seed: 8, steps: 200));
    }

    [Fact]
    public async Task The_same_seed_draws_the_same_sequence()
    {
        Assert.Equal(await FailureAsync(), await FailureAsync());

        static async Task<string> FailureAsync()
        {
            await using var harness = new FaultyHarness(options => options.Memory.MaxEntries = 3);
            return (await Assert.ThrowsAsync<ConformanceException>(() => ModelTest.RunAsync(harness, seed: 9, steps: 200))).Message;
        }
    }

    /// <summary>A cache that is set up against what the model expects.</summary>
    private sealed class FaultyHarness(Action<CacheOptions> fault) : CacheHarness
    {
        protected override ICache Create(Action<CacheOptions> configure) => Cache.InMemory(options =>
        {
            configure(options);
            fault(options);
        });
    }
}
