using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Larder.Cli.Tests.Running;

namespace Larder.Cli.Tests.Commands;

public sealed class ReplayTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task A_trace_is_replayed_at_several_sizes(string format)
    {
        // Only what is computed alike each time; the memory of Larder hashes anew in each process.
        var run = await Run.ToolAsync("replay", TextOf("orders.csv", Keys()), "--policies", "lru", "optimum", "--sizes", "1%,5%,20%,100%", "-o", format);

        Golden.Equal($"replay.{format}.txt", run.Transcript((_folder.FullName, "FOLDER")));
    }

    [Fact]
    [Ledger(186)]
    public async Task Larder_is_between_LRU_and_the_optimum_where_few_keys_are_popular()
    {
        var run = await Run.ToolAsync("replay", TextOf("orders.csv", Keys()), "--sizes", "5%", "-o", "json");

        var point = JsonNode.Parse(run.Output)!["curve"]![0]!;
        Assert.InRange((double)point["larder"]!, (double)point["lru"]! + 0.02, (double)point["optimum"]!);
    }

    [Fact]
    public async Task The_curve_is_drawn_into_a_file()
    {
        var svg = Path.Combine(_folder.FullName, "curve.svg");

        await Run.ToolAsync("replay", TextOf("orders.csv", Keys()), "--svg", svg);

        var drawing = XDocument.Load(svg).Root!;
        Assert.Equal(3, drawing.Descendants().Count(element => element.Name.LocalName == "polyline"));
        Assert.Equal(30, drawing.Descendants().Count(element => element.Name.LocalName == "circle"));
    }

    [Fact]
    public async Task Text_and_numbers_give_the_same_curve()
    {
        var keys = Keys().ToArray();
        var path = Path.Combine(_folder.FullName, "numbers.u64.gz");
        await using (var stream = new GZipStream(File.Create(path), CompressionMode.Compress))
        {
            var bytes = new byte[8];
            foreach (var key in keys)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, ulong.Parse(key));
                await stream.WriteAsync(bytes);
            }
        }

        string[] options = ["--policies", "lru", "--sizes", "3%", "-o", "csv"];

        Assert.Equal((await Run.ToolAsync(["replay", TextOf("orders.csv", keys), .. options])).Output, (await Run.ToolAsync(["replay", path, .. options])).Output);
    }

    [Fact]
    public async Task Sizes_of_objects_bound_a_cache_by_bytes()
    {
        var trace = TextOf("sizes.csv", Keys().Select(key => $"{key},{100 + (int.Parse(key) % 7 * 50)}"));

        var run = await Run.ToolAsync("replay", trace, "--bytes", "--sizes", "10%,64KiB", "-o", "json");
        var without = await Run.ToolAsync("replay", TextOf("orders.csv", Keys()), "--bytes");

        var curve = JsonNode.Parse(run.Output)!;
        Assert.Equal(("bytes", 2), ((string?)curve["unit"], curve["curve"]!.AsArray().Count));
        Assert.Null(curve["curve"]![0]!["optimum"]);
        Assert.All(curve["curve"]!.AsArray(), point => Assert.InRange((double)point!["larder"]!, 0.1, 0.95));
        Assert.Equal(2, without.ExitCode);
    }

    [Fact]
    public async Task A_trace_that_is_missing_empty_or_damaged_is_named()
    {
        var damaged = Path.Combine(_folder.FullName, "damaged.u64.gz");
        await using (var stream = new GZipStream(File.Create(damaged), CompressionMode.Compress))
        {
            stream.WriteByte(1);
        }

        Assert.Equal(3, (await Run.ToolAsync("replay", Path.Combine(_folder.FullName, "none.csv"))).ExitCode);
        Assert.Equal(2, (await Run.ToolAsync("replay", TextOf("empty.csv", []))).ExitCode);
        Assert.Equal(2, (await Run.ToolAsync("replay", damaged)).ExitCode);
        Assert.Equal(2, (await Run.ToolAsync("replay", TextOf("half.csv", ["a,1", "b"]))).ExitCode);
        Assert.Equal(2, (await Run.ToolAsync("replay", TextOf("one.csv", ["a"]), "--sizes", "many")).ExitCode);
    }

    /// <summary>Few popular keys among many that come once, always the same.</summary>
    private static IEnumerable<string> Keys()
    {
        var state = 1u;
        for (var i = 0; i < 20_000; i++)
        {
            state = (state * 1664525) + 1013904223;
            var draw = (state >> 8) / (double)(1 << 24);
            yield return i % 3 == 0 ? $"{10_000 + i}" : $"{(int)(2000 * draw * draw * draw)}";
        }
    }

    private string TextOf(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
