using Larder.Serialization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Samples.TrimSmoke;

/// <summary>A program that is published trimmed and self-contained, with JSON by source generation only: what it uses of the cache must survive the trimmer.</summary>
public static class Program
{
    /// <summary>Runs it.</summary>
    /// <param name="args">The address of a Redis; none for memory alone.</param>
    public static async Task<int> Main(string[] args)
    {
        var services = new ServiceCollection();
        var larder = services.AddLarder(larder => larder
            .Configure(options =>
            {
                options.Serializer = new JsonCacheSerializer(ArticleJson.Default.Options);
                options.Prefix = $"trim-smoke-{Environment.ProcessId}";
            }));
        if (args is [var address, ..])
        {
            larder.UseRedis(address);
        }

        larder.AsHybridCache().AsDistributedCache();
        await using var provider = services.BuildServiceProvider();
        var failures = await CheckAsync(provider).ToArrayAsync();
        Console.WriteLine(failures.Length == 0 ? $"ok: {provider.GetRequiredService<ICache>()}" : string.Join('\n', failures));
        return failures.Length;
    }

    private static async IAsyncEnumerable<string> CheckAsync(ServiceProvider provider)
    {
        var cache = provider.GetRequiredService<ICache>();
        var article = new Article(1, "Trimmed", ["Ada", "Grace"]);
        await cache.SetAsync("article", article, new() { Tags = ["articles"] });
        var read = (await cache.PastMemory().GetAsync<Article>("article")).GetValueOrDefault();
        if (read?.Authors.Count != 2)
        {
            yield return "a record does not come back";
        }

        var typed = provider.GetRequiredService<ICache<Article>>();
        await typed.SetAsync("1", article);
        if (!await typed.ExistsAsync("1") || await cache.IncrementAsync("counter", 2) != 2)
        {
            yield return "a typed view or a counter does not work";
        }

        var hybrid = provider.GetRequiredService<HybridCache>();
        var list = await hybrid.GetOrCreateAsync("list", article, static (article, _) => new ValueTask<List<Article>>([article]), tags: ["articles"]);
        if (list.Count != 1 || ReferenceEquals(list, await hybrid.GetOrCreateAsync("list", _ => new ValueTask<List<Article>>([]))))
        {
            yield return "a hybrid cache does not give copies";
        }

        await hybrid.RemoveByTagAsync("articles");
        if (await cache.ExistsAsync("article") || await cache.ExistsAsync("list"))
        {
            yield return "a tag removes nothing";
        }

        var distributed = provider.GetRequiredService<IDistributedCache>();
        await distributed.SetStringAsync("session", "value", new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        if (await distributed.GetStringAsync("session") != "value")
        {
            yield return "a distributed cache does not work";
        }

        await using (var held = await cache.TryAcquireLockAsync("lock", TimeSpan.FromSeconds(5)))
        {
            if (held is null)
            {
                yield return "a lock cannot be acquired";
            }
        }

        await cache.ClearAsync();
    }
}
