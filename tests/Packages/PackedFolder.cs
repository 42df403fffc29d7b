using Larder.Conventions;
using Larder.Packages;

[assembly: AssemblyFixture(typeof(PackedFolder))]

namespace Larder.Packages;

/// <summary>A folder that is a source of packages: all of src, packed once for all tests from what was built before them.</summary>
public sealed class PackedFolder : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("larder-packages-");

    public PackedFolder()
    {
        Source = Pack("source");
        Packages = Package.ReadAll(Source);
    }

    /// <summary>The folder with the packages.</summary>
    public string Source { get; }

    internal IReadOnlyList<Package> Packages { get; }

    public void Dispose() => _temporary.Delete(recursive: true);

    /// <summary>Packs all of src into a folder of its own.</summary>
    internal string Pack(string name)
    {
        // A version that nobody has installed: NuGet would take that one instead.
        var folder = Path.Combine(_temporary.FullName, name);
        Run(Repository.Root, "pack", "Larder.slnx", "--no-build", "-c", Configuration(), "-o", folder, "-p:VersionSuffix=packed", "--nologo", "-v:quiet", "-tl:off", "-warnaserror");
        return folder;
    }

    /// <summary>An empty folder for a project, away from the settings of the repository.</summary>
    internal string NewFolder(string name) => _temporary.CreateSubdirectory(name).FullName;

    internal static string Run(string folder, params string[] arguments)
    {
        var (exitCode, output) = DotnetCommand.Run(folder, Timeout, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>Debug or Release, whichever these tests were built in: bin/Release/net10.0.</summary>
    private static string Configuration() => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
}
