using Npgsql;

namespace Larder.Soak.WriteBehind;

/// <summary>Delivers until it is killed.</summary>
internal static class Worker
{
    public static async Task<int> RunAsync(string redis, string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var cache = await Setup.ConnectAsync(redis);
        await using var documents = cache.For(new DocumentTable(source), Setup.Options(redis, delivers: true));
        await new TaskCompletionSource().Task;
        return 0;
    }
}
