using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Larder.Tiers;

namespace Larder.Samples.CustomTier;

/// <summary>A tier in a folder, one file per record, shared by any number of caches and processes. README.md says why it is built this way.</summary>
public sealed class FileTier(string folder, TimeProvider? timeProvider = null) : IRemoteTier
{
    private const string Magic = "LARDER-FILE-1";
    private const string Extension = ".record";

    /// <summary>The version of a file that cannot be read. The library never gives it to a record.</summary>
    private const long Unreadable = long.MaxValue;

    private readonly string _folder = Directory.CreateDirectory(folder).FullName;
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly SemaphoreSlim _turn = new(1);

    public string Description => $"files in {_folder}";

    private string Journal => Path.Combine(_folder, "larder.journal");

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<RemoteRecord> ReadAsync(string key, CancellationToken cancellationToken) =>
        AloneAsync(() => Find(key), cancellationToken);

    public ValueTask<bool> CommitAsync(
        IReadOnlyList<RemoteCondition> conditions, IReadOnlyList<RemoteChange> changes, CancellationToken cancellationToken) =>
        AloneAsync(() => conditions.All(condition => Find(condition.Key).Version == condition.Version) && Commit([.. changes.Select(ToRecord)]), cancellationToken);

    public async IAsyncEnumerable<string> KeysAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = await AloneAsync(LivingKeys, cancellationToken).ConfigureAwait(false);
        foreach (var key in keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

    public ValueTask DisposeAsync()
    {
        _turn.Dispose();
        return default;
    }

    /// <summary>Does something while nobody else, in this process or another, touches the folder.</summary>
    private async ValueTask<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var exclusive = await LockFolderAsync(cancellationToken).ConfigureAwait(false);
            if (File.Exists(Journal))
            {
                // A process died between its commit and the end of carrying it out.
                Apply(Decode(File.ReadAllBytes(Journal)) ?? []);
            }

            return work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Opens the lock file, which only one can have open; the operating system closes it when its process ends, in whatever way.</summary>
    private async ValueTask<FileStream> LockFolderAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder, "larder.lock");
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(1, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException exception) when (exception is not DirectoryNotFoundException && Stopwatch.GetElapsedTime(start).TotalSeconds < 30)
            {
            }
        }
    }

    private bool Commit(List<Record> records)
    {
        // One file changes in one step, several do not: with the journal in its place they are committed, whatever happens to this process.
        if (records.Count > 1)
        {
            Replace(Journal, records);
        }

        Apply(records);
        return true;
    }

    private void Apply(List<Record> records)
    {
        foreach (var removed in records.Where(record => record.Version == 0))
        {
            File.Delete(PathOf(removed.Key));
        }

        foreach (var written in records.Where(record => record.Version != 0))
        {
            Replace(PathOf(written.Key), [written]);
        }

        File.Delete(Journal);
    }

    /// <summary>Puts a file into the place of another: whoever looks, also after a crash, finds the old or the new one, nothing between.</summary>
    private void Replace(string path, List<Record> records)
    {
        var pending = Path.Combine(_folder, "larder.pending");
        using (var writer = new BinaryWriter(File.Create(pending)))
        {
            foreach (var (key, version, expiresAt, data) in records)
            {
                writer.Write(Magic);
                writer.Write(key);
                writer.Write(version);
                writer.Write(expiresAt);
                writer.Write(data.Length);
                writer.Write(data.Span);
            }
        }

        File.Move(pending, path, overwrite: true);
    }

    private RemoteRecord Find(string key)
    {
        if (!File.Exists(PathOf(key)))
        {
            return default;
        }

        // The library takes what is no record of this key for a damaged entry: it counts it, and has the file removed.
        var content = File.ReadAllBytes(PathOf(key));
        return Decode(content) is not [var record] || record.Key != key ? new RemoteRecord(content, Unreadable)
            : NowMs < record.ExpiresAt ? new RemoteRecord(record.Data, record.Version)
            : default;
    }

    /// <summary>Lists the keys of what lives, and deletes the files of what does not.</summary>
    private List<string> LivingKeys()
    {
        var found = Directory.GetFiles(_folder, "*" + Extension)
            .SelectMany(path => Decode(File.ReadAllBytes(path)) is [var record] && path == PathOf(record.Key) ? [record] : Array.Empty<Record>())
            .ToLookup(record => NowMs < record.ExpiresAt, record => record.Key);
        foreach (var expired in found[false])
        {
            File.Delete(PathOf(expired));
        }

        return [.. found[true]];
    }

    /// <summary>Reads the records in a file; <see langword="null"/> when it is damaged, or not of this tier.</summary>
    private static List<Record>? Decode(byte[] content)
    {
        try
        {
            var records = new List<Record>();
            using var reader = new BinaryReader(new MemoryStream(content));
            while (reader.BaseStream.Position < content.Length)
            {
                var (magic, key, version, expiresAt, length) =
                    (reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt32());
                if (magic != Magic)
                {
                    return null;
                }

                records.Add(new Record(key, version, expiresAt, content.AsMemory((int)reader.BaseStream.Position, length)));
                reader.BaseStream.Position += length;
            }

            return records;
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private Record ToRecord(RemoteChange change) =>
        new(change.Key, change.Version, change.TimeToLive is { } left ? NowMs + (long)left.TotalMilliseconds : long.MaxValue, change.Data);

    /// <summary>A key may hold what a file name may not, or differ from another in case alone; its hash does neither. The key itself stands in the file.</summary>
    private string PathOf(string key) => Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) + Extension);

    private readonly record struct Record(string Key, long Version, long ExpiresAt, ReadOnlyMemory<byte> Data);
}
