using System.Globalization;
using System.Text;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Protocol;

/// <summary>
/// The parser against a reference, on random frames, whole and damaged, however they are split. <c>LARDER_FUZZ_FRAMES=10000000</c> makes the run long.
/// </summary>
public sealed class RespFuzzTests
{
    private const int FramesOfOneSeed = 1000;
    private static readonly int Frames = int.Parse(Environment.GetEnvironmentVariable("LARDER_FUZZ_FRAMES") ?? "40000", CultureInfo.InvariantCulture);

    [Fact]
    public void The_parser_agrees_with_the_reference_on_whole_split_and_damaged_frames()
    {
        var firstSeed = Frames > 100_000 ? Random.Shared.Next() : 0;
        var (whole, incomplete, broken, bytes) = (0L, 0L, 0L, 0L);
        for (var seed = firstSeed; whole + incomplete + broken < Frames; seed++)
        {
            var frames = new FrameGenerator(seed);
            var splits = new Random(seed);
            for (var i = 0; i < FramesOfOneSeed; i++)
            {
                var frame = frames.Next();
                var tested = i % 2 == 0 ? frame : frames.Damage(frame);
                bytes += tested.Length;
                var verdict = Compare(tested, splits, () => $"seed {seed}, frame {i}");
                Assert.True(i % 2 != 0 || verdict == ReferenceParser.Verdict.Whole, $"seed {seed}, frame {i} should be whole");
                _ = verdict switch
                {
                    ReferenceParser.Verdict.Whole => whole++,
                    ReferenceParser.Verdict.Incomplete => incomplete++,
                    _ => broken++,
                };
            }
        }

        Figures.Tell($"the parser beside a second one that was written for the test, frames from seed {firstSeed} on", $"{whole:N0} whole, {incomplete:N0} cut off, {broken:N0} broken, {bytes / 1_000_000:N0} MB, each three times: no disagreement");
        Assert.True(whole > Frames / 2 && incomplete > Frames / 100 && broken > Frames / 100);
    }

    private static ReferenceParser.Verdict Compare(byte[] bytes, Random splits, Func<string> what)
    {
        var reference = new ReferenceParser(bytes, bytes.Length);
        var expected = reference.Parse();
        try
        {
            Assert.Equal((expected, reference.FrameLength), Scan(bytes, static (_, length) => length));
            Assert.Equal((expected, reference.FrameLength), Scan(bytes, static (at, _) => at + 1));
            Assert.Equal((expected, reference.FrameLength), Scan(bytes, (at, length) => Math.Min(length, at + splits.Next(1, 20))));
            if (expected == ReferenceParser.Verdict.Whole)
            {
                Read(bytes.AsSpan(0, reference.FrameLength), reference.Tokens);
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{what()}: {Encoding.Latin1.GetString(bytes).Replace("\r\n", "␍␊", StringComparison.Ordinal)}", exception);
        }

        return expected;
    }

    private static (ReferenceParser.Verdict Verdict, int Length) Scan(byte[] bytes, Func<int, int, int> next)
    {
        var scanner = default(RespScanner);
        try
        {
            for (var have = 0; have < bytes.Length;)
            {
                have = next(have, bytes.Length);
                var length = scanner.Scan(bytes.AsSpan(0, have));
                if (length > 0)
                {
                    return (ReferenceParser.Verdict.Whole, length);
                }
            }

            return (ReferenceParser.Verdict.Incomplete, 0);
        }
        catch (RespProtocolException)
        {
            return (ReferenceParser.Verdict.Broken, 0);
        }
    }

    private static void Read(ReadOnlySpan<byte> frame, IReadOnlyList<ReferenceParser.Token> tokens)
    {
        var reader = new RespReader(frame);
        foreach (var token in tokens)
        {
            Assert.True(reader.Read());
            var isText = !token.IsNull && token.Type is not ('*' or '%' or '~' or '>');
            Assert.Equal((token.Type, token.IsNull, token.Count), ((char)reader.Type, reader.IsNull, reader.Count));
            Assert.True(!isText || reader.Text.SequenceEqual(frame.Slice(token.Start, token.Length)));
        }

        Assert.False(reader.Read());
        _ = new RespReader(frame).ReadObject();
        var skipping = new RespReader(frame);
        skipping.Skip(1);
        Assert.False(skipping.Read());
    }
}
