using System.Runtime.InteropServices;

namespace ApiExplorer.Import;

/// <summary>Finds the shared frameworks of the .NET installation that runs this program.</summary>
internal static class FrameworkLocator
{
    public const string Base = "Microsoft.NETCore.App";

    private static readonly string[] Frameworks = [Base, "Microsoft.AspNetCore.App", "Microsoft.WindowsDesktop.App"];

    /// <exception cref="DirectoryNotFoundException">The program was published with a runtime of its own.</exception>
    public static IReadOnlyList<FrameworkFolder> Find()
    {
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        var shared = runtime.Parent?.Parent;
        if (shared is not { Name: "shared", Parent: { } root })
        {
            throw new DirectoryNotFoundException(
                $"No shared frameworks: the runtime lies in '{runtime.FullName}', not in '<dotnet>/shared/<framework>/<version>'. "
                + "Run the sample with 'dotnet run' on an installed .NET SDK.");
        }

        var major = Environment.Version.Major;
        var result = new List<FrameworkFolder>();
        foreach (var name in Frameworks)
        {
            if (Newest(Path.Combine(shared.FullName, name), major) is { } folder)
                result.Add(new FrameworkFolder(name, folder.Name, folder.FullName, FindDocumentation(root, name, major)));
        }

        return result;
    }

    private static string? FindDocumentation(DirectoryInfo root, string framework, int major)
    {
        var pack = Newest(Path.Combine(root.FullName, "packs", framework + ".Ref"), major);
        if (pack is null)
            return null;

        var folder = Path.Combine(pack.FullName, "ref", $"net{major}.0");
        return Directory.Exists(folder) ? folder : null;
    }

    private static DirectoryInfo? Newest(string folder, int major)
    {
        if (!Directory.Exists(folder))
            return null;

        return new DirectoryInfo(folder).EnumerateDirectories()
            .Select(candidate => (Folder: candidate, Version: ParseVersion(candidate.Name)))
            .Where(candidate => candidate.Version?.Major == major)
            .OrderByDescending(candidate => candidate.Version)
            .ThenByDescending(candidate => candidate.Folder.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Folder)
            .FirstOrDefault();
    }

    private static Version? ParseVersion(string name) => Version.TryParse(name.Split('-')[0], out var version) ? version : null;
}
