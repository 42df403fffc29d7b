namespace Larder.Tests.Memory;

/// <summary>
/// Every decision of an order over some kinds of traffic, from the first to the last: what the published hit ratios were measured with. Who changes them on purpose runs bench/HitRatio, and writes down
/// here what came of it.
/// </summary>
public sealed class DecisionTests
{
    [Theory]
    [InlineData(1, 19_092, 2975986631, 0.95)]
    [InlineData(2, 22_720, 3682774780, 0.95)]
    [InlineData(10, 25_736, 1189675917, 0.0391)]
    [InlineData(200, 25_592, 3617261717, 0.02)]
    [InlineData(2_000, 23_549, 3564468233, 0.1504)]
    public void Skewed_traffic(int capacity, int hits, uint evictions, double share) =>
        Check(new ShardReplay(capacity), replay => ForEach(Skewed(40_000, 5 * capacity), replay.Use), hits, evictions, share);

    [Fact]
    public void Skewed_traffic_that_changes() =>
        Check(
            new ShardReplay(300),
            replay =>
            {
                for (var turn = 0; turn < 6; turn++)
                {
                    ForEach(Skewed(8_000, 3_000), key => replay.Use((turn * 700) + key));
                }
            },
            20_070,
            896567294,
            0.02);

    [Theory]
    [InlineData(150, 1_500, 3_288, 941821947, 0.9353)]
    [InlineData(400, 2_000, 8_434, 967306583, 0.95)]
    public void Keys_up_and_down(int capacity, int keyCount, int hits, uint evictions, double share) =>
        Check(new ShardReplay(capacity), replay => ForEach(Enumerable.Range(0, 24).SelectMany(turn => Enumerable.Range(0, keyCount).Select(key => turn % 2 == 0 ? key : keyCount - 1 - key)), replay.Use), hits, evictions, share);

    [Theory]
    [InlineData(220, 7_639, 1779473782, 0.02)]
    [InlineData(400, 7_254, 2552461604, 0.02)]
    [InlineData(1_000, 7_396, 3332744836, 0.02)]
    public void A_loop(int keyCount, int hits, uint evictions, double share) =>
        Check(new ShardReplay(200), replay => ForEach(Enumerable.Range(0, 40).SelectMany(_ => Enumerable.Range(0, keyCount)), replay.Use), hits, evictions, share);

    [Fact]
    public void Up_and_down_then_a_loop_then_skewed() =>
        Check(
            new ShardReplay(200),
            replay =>
            {
                ForEach(Enumerable.Range(0, 20).SelectMany(turn => Enumerable.Range(0, 2_000).Select(key => turn % 2 == 0 ? key : 1_999 - key)), replay.Use);
                ForEach(Enumerable.Range(0, 80).SelectMany(_ => Enumerable.Range(5_000, 300)), replay.Use);
                ForEach(Skewed(20_000, 1_000), replay.Use);
            },
            26_239,
            2696610486,
            0.02);

    [Fact]
    public void Reads_writes_removals_and_scans_mixed() =>
        Check(
            new ShardReplay(500),
            replay =>
            {
                var random = new Random(3);
                var scan = 100_000;
                foreach (var key in Skewed(60_000, 4_000))
                {
                    switch (random.Next(20))
                    {
                        case 0:
                            replay.Remove(key);
                            break;
                        case 1 or 2:
                            replay.Write(key);
                            break;
                        case 3 or 4 or 5:
                            replay.Use(scan++);
                            break;
                        default:
                            replay.Use(key);
                            break;
                    }
                }
            },
            20_841,
            2528963870,
            0.4079);

    [Theory]
    [InlineData(2_000, 11_555, 2221070137, 0.02)]
    [InlineData(20_000, 20_713, 219073946, 0.02)]
    public void Entries_of_different_weight(long maxBytes, int hits, uint evictions, double share) =>
        Check(
            new ShardReplay(3_000, maxBytes),
            replay => ForEach(Skewed(40_000, 5_000), key => replay.Use(key, key % 10 == 0 ? 200 : 1 + (key % 40))),
            hits,
            evictions,
            share);

    [Fact]
    public void A_table_that_is_emptied_and_filled_again() =>
        Check(
            new ShardReplay(300),
            replay =>
            {
                for (var turn = 0; turn < 3; turn++)
                {
                    ForEach(Skewed(5_000, 2_000), replay.Use);
                    ForEach(Enumerable.Range(0, 2_000), replay.Remove);
                    replay.Shrink();
                }
            },
            8_163,
            715485399,
            0.02);

    [Fact]
    public void A_large_cache_of_which_an_eighth_is_counted() =>
        Check(
            new ShardReplay(10_000),
            replay =>
            {
                ForEach(Skewed(100_000, 60_000), replay.Use);
                ForEach(Enumerable.Range(0, 4).SelectMany(turn => Enumerable.Range(0, 40_000).Select(key => 100_000 + (turn % 2 == 0 ? key : 39_999 - key))), replay.Use);
            },
            68_906,
            262919331,
            0.95);

    [Fact]
    public void The_least_recently_used_go() =>
        Check(new ShardReplay(200, isLru: true), replay => ForEach(Skewed(20_000, 1_000), replay.Use), 10_955, 3054134732, 0.02);

    private static IEnumerable<int> Skewed(int count, int keyCount)
    {
        var random = new Random(count + keyCount);
        for (var i = 0; i < count; i++)
        {
            // Multiplied out, because powers are not the same on each machine.
            var uniform = random.NextDouble();
            yield return (int)(keyCount * uniform * uniform * uniform * uniform);
        }
    }

    private static void ForEach(IEnumerable<int> keys, Action<int> use)
    {
        foreach (var key in keys)
        {
            use(key);
        }
    }

    private static void ForEach(IEnumerable<int> keys, Action<int, long> use) => ForEach(keys, key => use(key, 1));

    private static void Check(ShardReplay replay, Action<ShardReplay> traffic, int hits, uint evictions, double share)
    {
        traffic(replay);

        Assert.Equal((hits, evictions, share), (replay.Hits, replay.Evictions, Math.Round(replay.WindowShare, 4)));
    }
}
