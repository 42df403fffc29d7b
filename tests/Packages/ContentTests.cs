using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using Larder.Conventions;
using Larder.Conventions.Docs;

namespace Larder.Packages;

/// <summary>What is in the packages, and what comes with them.</summary>
[Trait("Category", "Slow")]
public sealed class ContentTests(PackedFolder folder)
{
    /// <summary>All that a user of a package gets besides it. Something new here is a decision.</summary>
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["Larder"] =
        [
            "Microsoft.Extensions.Caching.Abstractions", "Microsoft.Extensions.Configuration.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions", "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options", "Microsoft.Extensions.Options.ConfigurationExtensions", "System.Threading.RateLimiting",
        ],
        ["Larder.AspNetCore"] = ["Larder"],
        ["Larder.Dashboard"] = ["Larder.AspNetCore"],
        ["Larder.EntityFrameworkCore"] = ["Larder", "Microsoft.EntityFrameworkCore.Relational"],
        ["Larder.PostgreSql"] = ["Larder", "Npgsql"],
        ["Larder.Redis"] = ["Larder", "Polly.Core"],
        ["Larder.Testing"] = ["Larder"],
    };

    public static TheoryData<string> Names => new(Repository.Files("src", ".csproj").Select(path => Path.GetFileNameWithoutExtension(path)));

    [Fact]
    public void Every_project_of_src_is_a_package_and_no_other_is() =>
        Assert.Equal(Names.Select(row => row.Data).Order(StringComparer.Ordinal), folder.Packages.Select(package => package.Id));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_says_what_it_is(string name)
    {
        var package = Find(name);

        Assert.Equal("MIT", package.Text("license"));
        Assert.Equal("expression", package.Element("license")!.Attribute("type")!.Value);
        Assert.Equal("Larder contributors", package.Text("authors"));
        Assert.InRange(package.Text("description")!.Length, 40, 300);
        Assert.Contains("cache", package.Text("tags")!.Split(' '));
        Assert.Null(package.Element("repository")?.Attribute("url"));
        Assert.Equal("README.md", package.Text("readme"));
        Assert.StartsWith($"# {name}\n", ReadMe(package), StringComparison.Ordinal);
        Assert.Equal("icon.png", package.Text("icon"));
        Assert.Equal((128, 128), SizeOfPng(package.Content("icon.png")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_package_brings_its_assembly_its_documentation_and_its_symbols(string name)
    {
        var package = Find(name);
        var library = package.Files.Single(file => Path.GetFileName(file) == $"{name}.dll");
        Assert.Contains(package.Symbols, file => Path.GetFileName(file) == $"{name}.pdb");
        if (!package.IsTool)
        {
            Assert.Equal($"lib/net10.0/{name}.dll", library);
            var documentation = XDocument.Load(new MemoryStream(package.Content($"lib/net10.0/{name}.xml")));
            Assert.NotEmpty(documentation.Descendants("summary"));
            Assert.Equal([$"lib/net10.0/{name}.dll"], package.Files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [Ledger(34)]
    [MemberData(nameof(Names))]
    public void A_package_depends_on_nothing_unexpected(string name)
    {
        var package = Find(name);
        var expected = package.IsTool ? [] : Expected.GetValueOrDefault(name) ?? throw new InvalidOperationException($"Say what {name} may depend on.");
        Assert.Equal(expected, package.Dependencies.Select(dependency => dependency.Id).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packages_of_one_version_belong_together(string name)
    {
        var package = Find(name);
        foreach (var (id, range) in package.Dependencies.Where(dependency => Expected.ContainsKey(dependency.Id)))
        {
            Assert.Equal((id, $"[{package.Version}]"), (id, range));
        }
    }

    /// <summary>Where a package is shown, relative links lead nowhere, and what is not Markdown is shown as it is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_of_a_package_stands_for_itself(string name)
    {
        var page = MarkdownPage.Parse("README.md", ReadMe(Find(name)).Split('\n'));
        Assert.All(page.Links, link => Assert.StartsWith("#", link.Target, StringComparison.Ordinal));
        Assert.All(page.Blocks, block => Assert.Null(block.Setup));
    }

    [Fact]
    public void The_same_sources_give_the_same_packages()
    {
        var again = folder.Pack("again");
        foreach (var path in Directory.EnumerateFiles(folder.Source))
        {
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(again, Path.GetFileName(path)))), Path.GetFileName(path));
        }
    }

    private static string ReadMe(Package package) => Encoding.UTF8.GetString(package.Content("README.md")).ReplaceLineEndings("\n");

    /// <summary>The header of a PNG: eight bytes of signature, eight of the chunk's head, then width and height.</summary>
    private static (int Width, int Height) SizeOfPng(byte[] file)
    {
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], file[..4]);
        return (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
    }

    private Package Find(string name) => folder.Packages.Single(package => package.Id == name);
}
