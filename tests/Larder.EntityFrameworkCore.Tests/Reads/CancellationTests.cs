using System.Data.Common;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.EntityFrameworkCore.Tests.Reads;

/// <summary>Who cancels a read is told so, also when the load that ran on his context ends before he hears of his own token.</summary>
public sealed class CancellationTests(ShopServers servers)
{
    public static TheoryData<string> Reads => ["find", "find many", "query"];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_load_that_ends_with_its_caller_is_a_cancellation_for_him(string read)
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        using var end = new CancellationTokenSource();
        var shop = await servers.ShopAsync(cache, more: options => options.AddInterceptors(new Canceller(end)));
        await using var context = shop.New();
        var id = ShopServers.NewId();

        Func<Task> act = read switch
        {
            "find" => () => context.Products.FindCachedAsync(id, end.Token).AsTask(),
            "find many" => () => context.Products.FindManyCachedAsync([id], end.Token).AsTask(),
            _ => () => context.Products.Where(row => row.Id == id).Cached(TimeSpan.FromMinutes(1)).ToListAsync(end.Token).AsTask(),
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(act);
        Assert.True(end.IsCancellationRequested);
    }

    /// <summary>Cancels when a command is about to be sent, and has it end at once.</summary>
    private sealed class Canceller(CancellationTokenSource end) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            end.Cancel();
            throw new OperationCanceledException(end.Token);
        }
    }
}
