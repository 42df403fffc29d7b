using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Larder.Samples.DapperStore;

/// <summary>The table of products, by Dapper. Within a transaction it reads and writes on the connection of that, so that it sees what the transaction wrote.</summary>
public sealed class ProductTable(string connectionString, TextWriter output) : ICacheSource<long, Product>
{
    public DbConnection NewConnection() => new SqliteConnection(connectionString);

    public Task CreateAsync() => RunAsync((connection, transaction) => connection.ExecuteAsync(
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, stock INTEGER NOT NULL); INSERT INTO products VALUES (1, 'Cheese', 10), (2, 'Bread', 20), (3, 'Honey', 0)", transaction: transaction));

    public async ValueTask<Product?> LoadAsync(long key, CancellationToken cancellationToken) => (await LoadManyAsync([key], cancellationToken)).GetValueOrDefault(key);

    public async ValueTask<IReadOnlyDictionary<long, Product>> LoadManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"  database: rows {string.Join(", ", keys)}");
        var rows = await RunAsync((connection, transaction) => connection.QueryAsync<Product>("SELECT id, name, stock FROM products WHERE id IN @keys", new { keys }, transaction));
        return rows.ToDictionary(product => product.Id);
    }

    public async ValueTask SaveAsync(long key, Product value, long? version, CancellationToken cancellationToken) => await RunAsync((connection, transaction) => connection.ExecuteAsync(
        "INSERT INTO products VALUES (@Id, @Name, @Stock) ON CONFLICT (id) DO UPDATE SET name = excluded.name, stock = excluded.stock", value, transaction));

    public async ValueTask DeleteAsync(long key, long? version, CancellationToken cancellationToken) =>
        await RunAsync((connection, transaction) => connection.ExecuteAsync("DELETE FROM products WHERE id = @key", new { key }, transaction));

    /// <summary>Finds which products there are any of.</summary>
    public async ValueTask<IReadOnlyList<long>> InStockAsync(long atLeast)
    {
        await output.WriteLineAsync($"  database: products of which there are {atLeast}");
        return [.. await RunAsync((connection, transaction) => connection.QueryAsync<long>("SELECT id FROM products WHERE stock >= @atLeast ORDER BY name", new { atLeast }, transaction))];
    }

    /// <summary>Takes some of a product.</summary>
    public Task<int> TakeAsync(long id, long count) =>
        RunAsync((connection, transaction) => connection.ExecuteAsync("UPDATE products SET stock = stock - @count WHERE id = @id", new { id, count }, transaction));

    private async Task<T> RunAsync<T>(Func<DbConnection, DbTransaction?, Task<T>> run)
    {
        if (StoreTransaction.Current is { } current)
        {
            return await run(current.Connection, current.Transaction);
        }

        await using var connection = NewConnection();
        return await run(connection, null);
    }
}
