using Larder.Samples.CustomTier;
using Larder.Testing.Conformance;

namespace Larder.Tests.Conformance;

/// <summary>The sample's files, in a folder of its own that all caches of the harness share: in memory where the system has such folders, for it is not the disk that is tested.</summary>
public sealed class FileHarness : CacheHarness
{
    private const string InMemory = "/dev/shm";

    private readonly DirectoryInfo _folder =
        Directory.CreateDirectory(Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), $"larder-files-{Guid.NewGuid():N}"));

    public string Folder => _folder.FullName;

    public string[] Files => Directory.GetFiles(Folder, "*.record");

    protected override ICache Create(Action<CacheOptions> configure) => Cache.Over(new FileTier(Folder, Clock), configure);

    protected override ValueTask DisposeStoreAsync()
    {
        _folder.Delete(recursive: true);
        return default;
    }
}
