namespace Larder.Guides;

/// <summary>The tests of the repository that carry an attribute.</summary>
internal static class LedgerTests
{
    /// <summary>The project of the conformance tests, which the projects under tests/ run on each backend.</summary>
    public const string Conformance = "Larder.Testing";

    /// <summary>Lists the built assemblies of all test projects and of the conformance tests.</summary>
    public static IReadOnlyList<(string Project, string Path)> Assemblies(string root) =>
    [
        (Conformance, Built(root, "src", Conformance)),
        .. Directory.EnumerateDirectories(Path.Combine(root, "tests"))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(project => File.Exists(Path.Combine(root, "tests", project, project + ".csproj")))
            .Order(StringComparer.Ordinal)
            .Select(project => (project, Built(root, "tests", project))),
    ];

    private static string Built(string root, string folder, string project) => Path.Combine(root, folder, project, "bin", "Release", "net10.0", project + ".dll");
}
