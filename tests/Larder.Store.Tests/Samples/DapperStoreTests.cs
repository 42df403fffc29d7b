namespace Larder.Store.Tests.Samples;

/// <summary>The sample of a store over Dapper says what happened.</summary>
public sealed class DapperStoreTests
{
    [Fact]
    [Ledger(153)]
    public async Task The_sample_prints_which_reads_reach_the_database()
    {
        await using var output = new StringWriter { NewLine = "\n" };

        await Larder.Samples.DapperStore.Program.RunAsync(output);

        Assert.Equal(
            """
            Read row 1 twice:
              database: rows 1
              Product { Id = 1, Name = Cheese, Stock = 10 }
            Read rows 1 to 3:
              database: rows 2, 3
            Ask twice what is in stock:
              database: products of which there are 1
              Bread, Cheese
            Take 3 of row 1 in a transaction, and roll back:
              database: rows 1
              within: 7 left
              after: 10 left
            Take 4, and commit:
              database: rows 1
              within: 6 left
              database: rows 1
              after: 6 left
            Ask again what is in stock:
              database: products of which there are 1
            Told: Update of products 1
            15 rows and 3 queries asked, 7 reads of the database

            """,
            output.ToString());
    }
}
