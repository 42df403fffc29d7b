using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Larder.Store.Tests.Servers;
using Npgsql;

namespace Larder.Store.Tests.Samples;

/// <summary>The sample ApiExplorer over both of its databases: the same pages, rows that are read once, and notes that are seen at once.</summary>
[Trait("Category", "Slow")]
public sealed class ApiExplorerTests(StoreServers servers)
{
    public static TheoryData<bool> Databases => [false, true];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Notes_of_the_explorer_are_seen_at_once_and_gone_at_once(bool onPostgres)
    {
        await using var place = await PlaceAsync(onPostgres);
        await using var explorer = await place.StartAsync();
        var type = await FindTypeAsync(explorer, "Console");
        var before = await ReadPageAsync(explorer, type.Id);
        Assert.Contains("<h1>Console", before, StringComparison.Ordinal);

        using var added = await explorer.Client.PostAsJsonAsync($"/api/types/{type.Id}/notes", new { text = "Read & written" });
        var note = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("noteId").GetInt64();

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Contains("<p>Read &amp; written</p>", await ReadPageAsync(explorer, type.Id), StringComparison.Ordinal);
        foreach (var path in new[] { "/", "/namespaces/System", "/assemblies/System.Console" })
        {
            Assert.Contains("<p>Read &amp; written</p>", await explorer.Client.GetStringAsync(path), StringComparison.Ordinal);
        }

        using var deleted = await explorer.Client.DeleteAsync($"/api/notes/{note}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.DoesNotContain("Read &amp; written", await ReadPageAsync(explorer, type.Id), StringComparison.Ordinal);
        Assert.DoesNotContain("Read &amp; written", await explorer.Client.GetStringAsync("/"), StringComparison.Ordinal);
        using var again = await explorer.Client.DeleteAsync($"/api/notes/{note}");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task All_notes_of_an_assembly_are_gone_at_once_from_its_types(bool onPostgres)
    {
        await using var place = await PlaceAsync(onPostgres);
        await using var explorer = await place.StartAsync();
        int[] types = [(await FindTypeAsync(explorer, "Console")).Id, (await FindTypeAsync(explorer, "ConsoleKeyInfo")).Id];
        foreach (var type in types)
        {
            using var added = await explorer.Client.PostAsJsonAsync($"/api/types/{type}/notes", new { text = "Of an assembly" });
            Assert.Contains("Of an assembly", await ReadPageAsync(explorer, type), StringComparison.Ordinal);
        }

        using var deleted = await explorer.Client.DeleteAsync("/api/assemblies/System.Console/notes");

        Assert.Equal(2, (await deleted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("count").GetInt32());
        foreach (var type in types)
        {
            Assert.DoesNotContain("Of an assembly", await ReadPageAsync(explorer, type), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_is_built_from_a_type_is_read_from_the_database_once(bool onPostgres)
    {
        await using var place = await PlaceAsync(onPostgres);
        await using var explorer = await place.StartAsync();
        var type = await FindTypeAsync(explorer, "Console");
        await ReadPageAsync(explorer, type.Id);

        var before = await explorer.QueriesAsync();
        await explorer.JsonAsync($"/api/types/{type.Id}/members");
        Assert.Equal(before + 2, await explorer.QueriesAsync());
        var summary = await explorer.JsonAsync($"/api/types/{type.Id}/summary");
        Assert.Equal(before + 7, await explorer.QueriesAsync());
        Assert.Equal("Console", summary.GetProperty("figures").GetProperty("type").GetProperty("name").GetString());

        await ReadPageAsync(explorer, type.Id);
        await explorer.JsonAsync($"/api/types/{type.Id}/members");
        Assert.Equal(before + 7, await explorer.QueriesAsync());
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task The_explorer_searches_names_words_and_prefixes(bool onPostgres)
    {
        await using var place = await PlaceAsync(onPostgres);
        await using var explorer = await place.StartAsync();

        var words = await explorer.JsonAsync("/api/search?q=console%20key%20info");
        var prefix = await explorer.JsonAsync("/api/search?q=sortedd*");
        var stopWord = await explorer.JsonAsync("/api/search?q=where");
        var nothing = await explorer.JsonAsync("/api/search?q=nothingofthekind");

        Assert.Equal("ConsoleKeyInfo", words.GetProperty("hits")[0].GetProperty("name").GetString());
        Assert.StartsWith("SortedDictionary<", prefix.GetProperty("hits")[0].GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Contains(stopWord.GetProperty("hits").EnumerateArray(), hit => hit.GetProperty("name").GetString()!.EndsWith("RemoveWhere", StringComparison.Ordinal));
        Assert.Equal(0, nothing.GetProperty("total").GetInt32());
        Assert.Contains("<h1>console key info", await explorer.Client.GetStringAsync("/search?q=Console+Key+Info"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_second_start_imports_nothing_and_keeps_the_notes(bool onPostgres)
    {
        await using var place = await PlaceAsync(onPostgres);
        int type;
        await using (var first = await place.StartAsync())
        {
            Assert.Contains(first.Said, line => line.Contains(" rows with ", StringComparison.Ordinal));
            type = (await FindTypeAsync(first, "Console")).Id;
            using var added = await first.Client.PostAsJsonAsync($"/api/types/{type}/notes", new { text = "Kept" });
        }

        await using var second = await place.StartAsync();
        Assert.DoesNotContain(second.Said, line => line.Contains(" rows with ", StringComparison.Ordinal));
        Assert.Contains("<p>Kept</p>", await ReadPageAsync(second, type), StringComparison.Ordinal);
    }

    private static async Task<(int Id, string Name)> FindTypeAsync(ExplorerProcess explorer, string name)
    {
        var found = await explorer.JsonAsync($"/api/search?q={name}");
        var hit = found.GetProperty("hits").EnumerateArray().First(hit => hit.GetProperty("name").GetString() == name);
        return (hit.GetProperty("typeId").GetInt32(), name);
    }

    private static Task<string> ReadPageAsync(ExplorerProcess explorer, int type) => explorer.Client.GetStringAsync($"/types/{type}");

    /// <summary>Makes a folder, and a database of its own.</summary>
    private async Task<ExplorerPlace> PlaceAsync(bool onPostgres)
    {
        if (!onPostgres)
        {
            return new ExplorerPlace(null);
        }

        var name = $"explorer_{Guid.NewGuid():N}";
        await using var create = (await servers.DatabaseAsync()).CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new ExplorerPlace(new NpgsqlConnectionStringBuilder((await servers.PostgresAsync()).ConnectionString) { Database = name, MaxPoolSize = 8 }.ConnectionString);
    }

    private sealed class ExplorerPlace(string? postgres) : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-explorer-");

        public Task<ExplorerProcess> StartAsync() => ExplorerProcess.StartAsync(_folder.FullName, postgres);

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return default;
        }
    }
}
