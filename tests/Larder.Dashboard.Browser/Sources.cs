namespace Larder.Dashboard.Browser;

/// <summary>The working tree: found by walking up to Larder.slnx.</summary>
internal static class Sources
{
    public static string Root { get; } = Find();

    /// <summary>Gets the folder of the sources of the page.</summary>
    public static string Page => Path.Combine(Root, "src", "Larder.Dashboard", "Page");

    private static string Find()
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
