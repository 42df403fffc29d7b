using Larder.Redis;

namespace Larder.Cli.Targets;

/// <summary>A cache in Redis, opened as an application opens it.</summary>
internal sealed partial class RedisTarget : ITarget
{
    private readonly ICache _cache;
    private readonly CacheInspector _inspector;

    private RedisTarget(ICache cache, TargetAddress address)
    {
        _cache = cache;
        _inspector = cache.Inspect();
        Address = address;
    }

    public TargetAddress Address { get; }

    /// <summary>Gets its servers.</summary>
    public RedisServers Servers => new(_cache);

    /// <summary>Gets the cache.</summary>
    public ICache Library => _cache;

    public string Cache => Address.Cache;

    public string Description => $"{ServersOf(Address)}, prefix {Address.Prefix}";

    /// <summary>Opens a cache.</summary>
    /// <param name="address">Which one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="localCopies">How this process hears of changes.</param>
    public static async ValueTask<RedisTarget> OpenAsync(TargetAddress address, CancellationToken cancellationToken, RedisLocalCopies localCopies = RedisLocalCopies.Auto)
    {
        var cache = await Larder.Cache.ConnectAsync(
            address.Redis!,
            options =>
            {
                options.Prefix = address.Prefix;
                options.UseRedis(redis =>
                {
                    redis.ClientName ??= "larder-cli";
                    redis.CommandTimeout = address.Timeout;
                    redis.LocalCopies = redis.LocalCopies == RedisLocalCopies.Auto ? localCopies : redis.LocalCopies;
                    redis.User = address.User ?? redis.User;
                    redis.Password = address.Password ?? redis.Password;
                });
            },
            cancellationToken);
        return new RedisTarget(cache, address);
    }

    public ValueTask<EntryPage> ScanAsync(EntryScan scan, CancellationToken cancellationToken) => _inspector.ScanAsync(scan, cancellationToken);

    public ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken) => _inspector.FindAsync(key, cancellationToken);

    public ValueTask<EntryPreview?> PreviewAsync(string key, int length, CancellationToken cancellationToken) => _inspector.PreviewAsync(key, length, cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) => _cache.RemoveAsync(key, cancellationToken);

    public ValueTask<long> RemoveByPatternAsync(string pattern, bool isDry, CancellationToken cancellationToken) =>
        isDry ? TargetPages.CountAsync(this, new EntryScan { Pattern = pattern }, cancellationToken) : _cache.RemoveByPatternAsync(pattern, cancellationToken);

    public async ValueTask<TagRows> TagsAsync(string pattern, string? cursor, CancellationToken cancellationToken)
    {
        var page = await _inspector.TagsAsync(pattern, cursor, cancellationToken);
        return new TagRows([.. page.Tags.Select(tag => new TagRow(tag.Name, null, tag.IsShared))], page.Cursor);
    }

    public async ValueTask<long?> RemoveByTagAsync(string tag, bool isDry, CancellationToken cancellationToken)
    {
        if (isDry)
        {
            return await TargetPages.CountAsync(this, new EntryScan { Tag = tag }, cancellationToken);
        }

        await _cache.RemoveByTagAsync(tag, cancellationToken);
        return null;
    }

    public ValueTask<long> ClearAsync(bool isDry, IProgress<long> progress, CancellationToken cancellationToken) =>
        isDry ? _cache.CountAsync(cancellationToken) : _cache.ClearAsync(progress, cancellationToken);

    public async ValueTask<IReadOnlyList<long?>> FrequenciesAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var frequencies = new List<long?>(keys.Count);
        try
        {
            foreach (var some in keys.Chunk(100))
            {
                frequencies.AddRange(await Task.WhenAll(some.Select(async key => (long?)await _cache.ExecuteAsync("OBJECT", ["FREQ", $"{Address.Prefix}:{key}"], cancellationToken))));
            }
        }
        catch (CacheServerException exception) when (exception.Message.Contains("LFU", StringComparison.Ordinal))
        {
            throw new CommandLine.ToolException(
                CommandLine.ExitCode.Error,
                "Redis does not count how often entries are asked for: its maxmemory-policy is not an LFU one.",
                "Set maxmemory-policy to allkeys-lfu, which Larder recommends; the counters begin then.");
        }

        return frequencies;
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    /// <summary>Gets the servers of an address, and no secret.</summary>
    private static string ServersOf(TargetAddress address) => new RedisOptions { ConnectionString = address.Redis }.ToString();
}
