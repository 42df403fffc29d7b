using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;

namespace Larder.Dashboard.Browser;

/// <summary>What is embedded in the assembly, and what it was made of.</summary>
public sealed partial class PageFilesTests
{
    private const int MaxBytes = 150_000;
    private const int MaxCompressedBytes = 50_000;

    private static readonly string[] s_names = ["index.html", "icon.svg", "app.js", "app.css"];

    [Fact]
    public void The_page_is_small()
    {
        Assert.InRange(s_names.Sum(name => Read(name).Length), 20_000, MaxBytes);
        Assert.InRange(s_names.Sum(name => Read(name + ".br").Length), 10_000, MaxCompressedBytes);
    }

    [Fact]
    public async Task The_compressed_forms_are_the_same_files()
    {
        foreach (var name in s_names)
        {
            Assert.Equal(Read(name), await UnpackAsync(new BrotliStream(new MemoryStream(Read(name + ".br")), CompressionMode.Decompress)));
            Assert.Equal(Read(name), await UnpackAsync(new GZipStream(new MemoryStream(Read(name + ".gz")), CompressionMode.Decompress)));
        }
    }

    [Fact]
    public void Nothing_of_it_needs_more_than_the_content_security_policy_gives()
    {
        var script = Text("app.js");
        Assert.DoesNotMatch(Evaluation(), script);
        Assert.DoesNotMatch(ForeignAddress(), script);
        Assert.DoesNotContain("dangerouslySetInnerHTML:", script, StringComparison.Ordinal);
        Assert.DoesNotMatch(ForeignAddress(), Text("app.css"));
        Assert.DoesNotMatch(ForeignAddress(), Text("index.html"));
        Assert.DoesNotMatch(Inline(), Text("index.html"));
        Assert.DoesNotMatch(Inline(), File.ReadAllText(Path.Combine(Sources.Page, "fallback", "index.html")));
        foreach (var source in Directory.EnumerateFiles(Path.Combine(Sources.Page, "src"), "*.js", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch(Markup(), File.ReadAllText(source));
        }
    }

    [Fact]
    public void The_names_of_metrics_are_those_of_the_reference()
    {
        var reference = File.ReadAllText(Path.Combine(Sources.Root, "docs", "reference", "metrics.md"));
        var names = MetricName().Matches(File.ReadAllText(Path.Combine(Sources.Page, "src", "text", "terms.js"))).Select(match => match.Value).Distinct().ToList();

        Assert.InRange(names.Count, 10, 100);
        Assert.All(names, name => Assert.Contains($"`{name}`", reference, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_term_that_the_page_uses_is_explained()
    {
        var terms = TermName().Matches(File.ReadAllText(Path.Combine(Sources.Page, "src", "text", "terms.js"))).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var used = Directory.EnumerateFiles(Path.Combine(Sources.Page, "src", "pages"), "*.js")
            .SelectMany(file => TermUse().Matches(File.ReadAllText(file))).Select(match => match.Groups.Values.Skip(1).First(group => group.Success).Value).Distinct().ToList();

        Assert.InRange(used.Count, 20, 200);
        Assert.All(used, term => Assert.Contains(term, terms));
    }

    [Fact]
    public void Versions_are_exact_and_no_host_is_named()
    {
        var manifest = File.ReadAllText(Path.Combine(Sources.Page, "package.json"));
        Assert.All(Dependency().Matches(manifest), match => Assert.Matches(@"^\d+\.\d+\.\d+$", match.Groups[1].Value));
        Assert.DoesNotContain("\"resolved\"", File.ReadAllText(Path.Combine(Sources.Page, "package-lock.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_licences_of_what_is_in_the_bundle_go_with_the_package()
    {
        var notices = File.ReadAllText(Path.Combine(Sources.Root, "src", "Larder.Dashboard", "THIRD-PARTY-NOTICES.txt"));
        foreach (var (package, name) in new[] { ("uplot", "uPlot"), ("preact", "Preact"), ("@preact/signals", "Preact Signals"), ("htm", "htm") })
        {
            var version = Regex.Match(File.ReadAllText(Path.Combine(Sources.Page, "package.json")), $"\"{Regex.Escape(package)}\": \"(.*?)\"").Groups[1].Value;
            Assert.Contains($"{name} {version},", notices, StringComparison.Ordinal);
        }
    }

    private static byte[] Read(string name)
    {
        using var stream = Assembly().GetManifestResourceStream("page/" + name);
        Assert.True(stream is not null, $"page/{name} is not embedded: was Larder.Dashboard built without Node?");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Text(string name) => Encoding.UTF8.GetString(Read(name));

    private static Assembly Assembly() => typeof(LarderDashboardExtensions).Assembly;

    private static async Task<byte[]> UnpackAsync(Stream compressed)
    {
        await using (compressed)
        {
            using var bytes = new MemoryStream();
            await compressed.CopyToAsync(bytes);
            return bytes.ToArray();
        }
    }

    [GeneratedRegex(@"\beval\(|new Function\(|\bFunction\(")]
    private static partial Regex Evaluation();

    /// <summary>Addresses of name spaces are names, and are not asked for.</summary>
    [GeneratedRegex(@"https?://(?!www\.w3\.org/)|url\((?!#)")]
    private static partial Regex ForeignAddress();

    [GeneratedRegex(@"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=""a/)|\s(src|href)=""[/a-z]*:")]
    private static partial Regex Inline();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\sstyle=")]
    private static partial Regex Markup();

    [GeneratedRegex(@"larder\.[a-z_]+(\.[a-z_]+)*")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(?m)^  (\w+): \[")]
    private static partial Regex TermName();

    [GeneratedRegex(@"(?:\bof|\bterm)=""(\w+)""|numbers\('[^']+', '(\w+)'|[)`], '(\w+)'[\],)]")]
    private static partial Regex TermUse();

    [GeneratedRegex(@"(?m)^    ""[^""]+"": ""([^""]+)""")]
    private static partial Regex Dependency();
}
