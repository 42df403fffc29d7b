using System.Globalization;
using System.Text;
using Larder.Redis;
using Npgsql;

namespace Larder.Soak.WriteBehind;

/// <summary>Writes as fast as it is accepted, and notes each write that was; goes on where one that was killed stopped.</summary>
internal static class Producer
{
    public static async Task<int> RunAsync(string redis, string database, string acknowledgedFile, int writers, int keys)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var cache = await Setup.ConnectAsync(redis);
        await using var documents = cache.For(new DocumentTable(source), Setup.Options(redis, delivers: false));
        var known = Acknowledged.Read(acknowledgedFile);
        await using var file = new FileStream(acknowledgedFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteAsync(documents, file, known, writer, writers, keys)));
        return 0;
    }

    private static async Task WriteAsync(SourceCache<string, Document> documents, FileStream file, Dictionary<string, long> known, int writer, int writers, int keys)
    {
        var text = new string('x', 100);
        var own = Enumerable.Range(0, keys).Where(key => key % writers == writer).Select(key => $"document:{key}").ToArray();

        // Numbers that no process before has used, whether or not it was told that they are accepted.
        var first = TimeProvider.System.GetUtcNow().UtcTicks;
        var next = own.ToDictionary(key => key, key => Math.Max(first, known.GetValueOrDefault(key) + 1), StringComparer.Ordinal);
        for (var random = new Random(); ;)
        {
            var key = own[random.Next(own.Length)];
            var number = next[key]++;
            try
            {
                await documents.SetAsync(key, new Document(number, text));
            }
            catch (CacheException)
            {
                // Not accepted, or nobody knows: it is not counted on.
                await Task.Delay(20);
                continue;
            }

            // One system call a line: what was written is there even if the process is killed right after.
            var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key} {number}\n"));
            lock (file)
            {
                file.Write(line);
            }
        }
    }
}
