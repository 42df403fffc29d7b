namespace Larder.Conventions;

/// <summary>The working tree that the tests look at: found by walking up to Larder.slnx.</summary>
internal static class Repository
{
    /// <summary>Not looked at. In a worktree .git is a file.</summary>
    private static readonly string[] Ignored =
        [".git", ".idea", ".vs", ".vscode", "artifacts", "bin", "BenchmarkDotNet.Artifacts", "node_modules", "obj", "TestResults"];

    public static string Root { get; } = FindRoot();

    public static string FullPath(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>Files below a folder, as paths relative to the root with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files(string folder = "", params string[] extensions)
    {
        var start = new DirectoryInfo(FullPath(folder));
        if (!start.Exists)
        {
            return [];
        }

        return Walk(start)
            .Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Where(path => extensions.Length == 0 || extensions.Contains(Path.GetExtension(path)))
            .Order(StringComparer.Ordinal)
            .ToList();
    }

    public static string Read(string relativePath) => File.ReadAllText(FullPath(relativePath)).ReplaceLineEndings("\n");

    public static string[] ReadLines(string relativePath)
    {
        var text = Read(relativePath);
        return (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Where(file => !Ignored.Contains(file.Name)).Concat(
            folder.EnumerateDirectories().Where(child => !Ignored.Contains(child.Name)).SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Larder.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Larder.slnx in any folder above {AppContext.BaseDirectory}.");
    }
}
