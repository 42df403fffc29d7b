namespace Larder.Cli.Tests.Running;

/// <summary>Texts that are compared with files of the folder <c>Golden</c>. With <c>LARDER_APPROVE_GOLDEN=1</c> the files are written instead; read the difference before it is committed.</summary>
internal static class Golden
{
    private static readonly string s_folder = Path.Combine(RepositoryRoot(), "tests", "Larder.Cli.Tests", "Golden");

    /// <summary>Holds a text against a file.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="received">The text, without what differs from run to run.</param>
    public static void Equal(string name, string received)
    {
        var path = Path.Combine(s_folder, name);
        if (Environment.GetEnvironmentVariable("LARDER_APPROVE_GOLDEN") == "1")
        {
            File.WriteAllText(path, received);
        }

        Assert.True(File.Exists(path), $"There is no {path}. What was received:\n{received}");
        Assert.Equal(File.ReadAllText(path), received);
    }

    /// <summary>Gets the folder that the repository is in.</summary>
    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Larder.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Larder.slnx was not found above the tests.");
        }

        return folder.FullName;
    }
}
