using System.IO.Compression;
using System.Xml.Linq;

namespace Larder.Packages;

/// <summary>A package as it would be published, and the symbols that go with it.</summary>
internal sealed class Package
{
    private readonly Dictionary<string, byte[]> _files;
    private readonly XElement _metadata;

    private Package(string path)
    {
        _files = ReadFiles(path);
        Symbols = File.Exists(Path.ChangeExtension(path, ".snupkg")) ? [.. ReadFiles(Path.ChangeExtension(path, ".snupkg")).Keys] : [];
        var manifest = _files.Single(file => file.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value;
        _metadata = XDocument.Load(new MemoryStream(manifest)).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    public IReadOnlyCollection<string> Files => _files.Keys;

    public IReadOnlyCollection<string> Symbols { get; }

    public string Id => Text("id")!;

    public string Version => Text("version")!;

    /// <summary>Whether it is installed by <c>dotnet tool</c>, and brings all that it needs in itself.</summary>
    public bool IsTool => Descendants("packageType").Any(type => type.Attribute("name")?.Value == "DotnetTool");

    public bool NeedsAspNetCore => Descendants("frameworkReference").Any(reference => reference.Attribute("name")?.Value == "Microsoft.AspNetCore.App");

    /// <summary>What comes with it: the name and the range of versions of each package.</summary>
    public IEnumerable<(string Id, string Range)> Dependencies =>
        Descendants("dependency").Select(dependency => (dependency.Attribute("id")!.Value, dependency.Attribute("version")!.Value));

    /// <summary>All packages of a folder, in ordinal order of their names.</summary>
    public static IReadOnlyList<Package> ReadAll(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.nupkg").Select(path => new Package(path)).OrderBy(package => package.Id, StringComparer.Ordinal)];

    /// <summary>The content of an element of the manifest; null if there is none.</summary>
    public string? Text(string element) => _metadata.Elements().SingleOrDefault(child => child.Name.LocalName == element)?.Value;

    public XElement? Element(string element) => _metadata.Elements().SingleOrDefault(child => child.Name.LocalName == element);

    public byte[] Content(string file) => _files[file];

    private static Dictionary<string, byte[]> ReadFiles(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(entry => entry.FullName, Read, StringComparer.Ordinal);

        static byte[] Read(ZipArchiveEntry entry)
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        }
    }

    private IEnumerable<XElement> Descendants(string element) => _metadata.Descendants().Where(child => child.Name.LocalName == element);
}
