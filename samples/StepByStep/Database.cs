using Microsoft.Data.Sqlite;

namespace Larder.Samples.StepByStep;

/// <summary>The products in SQLite. It counts the queries that it has answered; writes are no queries.</summary>
internal sealed class Database : IDisposable
{
    public const int Products = 10;

    private const string Columns = "SELECT id, name, price FROM products";

    private readonly SqliteConnection _connection = new("Data Source=:memory:");
    private readonly Lock _turn = new();
    private TaskCompletionSource _answers = new();
    private long _queries;

    public Database()
    {
        SQLitePCL.Batteries_V2.Init();
        _connection.Open();
        Write("CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL)");
        for (var id = 1; id <= Products; id++)
        {
            Write($"INSERT INTO products VALUES ({id}, 'Product {id}', {100 * id})");
        }

        Answer();
    }

    /// <summary>Gets how many queries were answered.</summary>
    public long Queries => Interlocked.Read(ref _queries);

    /// <summary>Gets or sets whether queries fail.</summary>
    public bool IsAway { get; set; }

    public async Task<Product> FindAsync(int id) => (await QueryAsync($"{Columns} WHERE id = {id}"))[0];

    public Task<IReadOnlyList<Product>> ListAsync() => QueryAsync($"{Columns} ORDER BY id");

    public Task<int> SetPriceAsync(int id, int price) => Task.Run(() => Write($"UPDATE products SET price = {price} WHERE id = {id}"));

    public Task<int> RaisePricesAsync() => Task.Run(() => Write("UPDATE products SET price = price + 10"));

    /// <summary>Reads what is true, without counting: for the judge, not for the shop.</summary>
    public Dictionary<int, int> ReadPrices() => Read($"{Columns} ORDER BY id").ToDictionary(product => product.Id, product => product.Price);

    /// <summary>Lets queries wait, so that those who come at the same time are there before the first is answered.</summary>
    public void Hold() => _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Answers the queries that wait, and later ones at once.</summary>
    public void Answer() => _answers.TrySetResult();

    public void Dispose() => _connection.Dispose();

    private async Task<IReadOnlyList<Product>> QueryAsync(string sql)
    {
        await _answers.Task;
        if (IsAway)
        {
            throw new DatabaseAwayException();
        }

        Interlocked.Increment(ref _queries);
        return Read(sql);
    }

    private List<Product> Read(string sql)
    {
        lock (_turn)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var products = new List<Product>();
            while (reader.Read())
            {
                products.Add(new Product(reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2)));
            }

            return products;
        }
    }

    private int Write(string sql)
    {
        lock (_turn)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteNonQuery();
        }
    }
}
