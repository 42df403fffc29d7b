using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Larder.Conventions.Tidy;

/// <summary>Rules for every file of the repository.</summary>
public partial class RepositoryTests
{
    private const string Hosts = @"\bnu(get)\.org|\bregistry\.(npm|yarn)|\bpypi\.|\bcrates\.io";

    private static readonly string[] BinaryExtensions = [".bin", ".gif", ".gz", ".ico", ".jpg", ".pdf", ".png", ".snk", ".zip"];

    [Fact]
    public void No_file_names_a_package_registry()
    {
        var findings = new Findings("The registry is the business of the machine that builds; committed files name none.");
        Search(TextFiles(), Registry(), findings);
        findings.AssertNone();
    }

    [Fact]
    public void No_file_names_a_folder_of_one_machine()
    {
        var findings = new Findings("Paths are relative to the repository, or made at run time.");
        Search(TextFiles().Where(path => path != "eng/test"), MachineFolder(), findings);
        findings.AssertNone();
    }

    [Fact]
    public void Text_files_end_their_lines_the_Unix_way()
    {
        var findings = new Findings("Lines end with a line feed alone, the last one too.");
        foreach (var path in TextFiles().Where(path => new FileInfo(Repository.FullPath(path)).Length > 0))
        {
            var text = File.ReadAllText(Repository.FullPath(path));
            if (text.Contains('\r') || !text.EndsWith('\n'))
            {
                findings.Add(path);
            }
        }

        findings.AssertNone();
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = XDocument.Parse(Repository.Read("Larder.slnx"));
        var listed = solution.Descendants("Project").Select(project => project.Attribute("Path")?.Value).Order(StringComparer.Ordinal);
        Assert.Equal(Repository.Files("", ".csproj"), listed);
    }

    [Fact]
    public void Every_pinned_package_is_pinned_to_one_version()
    {
        var findings = new Findings("Versions are pinned exactly, in Directory.Packages.props alone.");
        foreach (var version in XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion"))
        {
            if (!ExactVersion().IsMatch(version.Attribute("Version")?.Value ?? ""))
            {
                findings.Add(version.ToString());
            }
        }

        Search(Repository.Files("", ".csproj"), VersionInProject(), findings);
        findings.AssertNone();
    }

    private static IEnumerable<string> TextFiles() => Repository.Files()
        .Where(path => !BinaryExtensions.Contains(Path.GetExtension(path)))
        .Where(path => !path.EndsWith(".received.txt", StringComparison.Ordinal));

    private static void Search(IEnumerable<string> paths, Regex pattern, Findings findings)
    {
        foreach (var path in paths)
        {
            SourceTests.SearchLines(path, Repository.Read(path), pattern, findings);
        }
    }

    [GeneratedRegex(Hosts + @"|""resolved"":\s*""https?:|\bregistry\s*=\s*https?:", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();

    [GeneratedRegex(@"(?<![\w./~-])/(work|root|tmp)/|(?<![\w./~-])/home/\w")]
    private static partial Regex MachineFolder();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[\w.]+)?$")]
    private static partial Regex ExactVersion();

    [GeneratedRegex(@"<PackageReference[^>]*\bVersion(Override)?=")]
    private static partial Regex VersionInProject();
}
