using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Larder.Samples.WebApi.Products;
using Larder.Samples.WebApi.Users;
using Larder.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Tests.Samples;

/// <summary>The sample WebApi, in memory, by a clock of the test.</summary>
public sealed class WebApiTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly WebApplicationFactory<Program> _factory;
    private readonly HttpClient _client;

    public WebApiTests()
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Production");
            host.ConfigureTestServices(services => services.AddSingleton<TimeProvider>(_clock));
        });
        _client = _factory.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _factory.DisposeAsync();
    }

    [Fact]
    [Ledger(110, 192)]
    public async Task A_user_is_read_from_the_directory_once_and_again_after_a_change()
    {
        var directory = _factory.Services.GetRequiredService<UserDirectory>();

        Assert.Equal("Ada", await NameAsync("/users/1"));
        Assert.Equal("Ada", await NameAsync("/users/1"));
        Assert.Equal(1, directory.Reads);

        using var put = await _client.PutAsJsonAsync("/users/1", new { Id = 1, Name = "Ada Lovelace" });
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal("Ada Lovelace", await NameAsync("/users/1"));
        Assert.Equal(2, directory.Reads);
    }

    [Fact]
    public async Task That_somebody_is_not_there_is_remembered_too()
    {
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/users/99"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/users/99"));

        Assert.Equal(1, _factory.Services.GetRequiredService<UserDirectory>().Reads);
    }

    [Fact]
    [Ledger(192)]
    [LedgerFault(55)]
    public async Task Fault_55_an_entry_is_cleared_by_DELETE_and_no_GET_changes_anything()
    {
        var directory = _factory.Services.GetRequiredService<UserDirectory>();
        await NameAsync("/users/1");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/users/1/clear"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(HttpMethod.Get, "/users/1/cache"));
        await NameAsync("/users/1");
        Assert.Equal(1, directory.Reads);

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Delete, "/users/1/cache"));
        await NameAsync("/users/1");
        Assert.Equal(2, directory.Reads);
    }

    [Fact]
    [Ledger(90, 195)]
    public async Task The_result_of_a_task_is_kept_for_five_minutes_and_the_state_of_an_agent_for_half_a_minute()
    {
        using var result = await _client.PutAsJsonAsync("/tasks/7/result", new { Output = "42", Succeeded = true });
        using var state = await _client.PutAsJsonAsync("/agents/a/state", new { Status = "busy", Task = "7" });
        Assert.Equal("42", (await _client.GetFromJsonAsync<JsonElement>("/tasks/7/result")).GetProperty("output").GetString());
        Assert.Equal("busy", (await _client.GetFromJsonAsync<JsonElement>("/agents/a/state")).GetProperty("status").GetString());

        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/tasks/7/result"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/agents/a/state"));

        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/tasks/7/result"));
    }

    [Fact]
    [Ledger(193)]
    public async Task A_search_for_products_is_one_response_for_each_category_and_language_until_there_is_a_new_product()
    {
        var catalogue = _factory.Services.GetRequiredService<ProductCatalogue>();
        Assert.Equal("""["Kite: 20.00"]""", await SearchAsync("toys", "en"));
        Assert.Equal("""["Kite: 20,00"]""", await SearchAsync("toys", "de"));
        Assert.Equal("""["Kite: 20.00"]""", await SearchAsync("toys", "en"));
        Assert.Equal("""["Lamp: 40.00","Chair: 90.00"]""", await SearchAsync("home", "en"));
        Assert.Equal(3, catalogue.Searches);

        using var post = await _client.PostAsJsonAsync("/products", new { Name = "Ball", Category = "toys", Price = 5 });

        Assert.Equal(HttpStatusCode.Created, post.StatusCode);
        Assert.Equal("""["Kite: 20.00","Ball: 5.00"]""", await SearchAsync("toys", "en"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/products?category=none"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, "/products?category=none"));
        Assert.Equal(6, catalogue.Searches);
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_when_to_come_again()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/users/1"));
        }

        using var refused = await _client.GetAsync("/users/1");
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/users/1"));
    }

    [Fact]
    [Ledger(89, 194)]
    public async Task A_session_goes_through_login_validation_and_refresh_and_ends_half_an_hour_after_its_last_use()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, "/session"));
        using var login = await _client.PostAsJsonAsync("/login", new { Name = "ada" });
        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        Assert.Equal("ada", await _client.GetFromJsonAsync<string>("/session"));

        _clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Post, "/session/refresh"));
        _clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal("ada", await _client.GetFromJsonAsync<string>("/session"));

        _clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Post, "/session/refresh"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, "/session"));
    }

    [Fact]
    [Ledger(194)]
    public async Task Who_logs_out_has_no_session_any_more()
    {
        using var login = await _client.PostAsJsonAsync("/login", new { Name = "ada" });

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Post, "/logout"));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, "/session"));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/cache")]
    public async Task It_is_healthy(string path) => Assert.Equal("Healthy", await _client.GetStringAsync(path));

    [Fact]
    public async Task The_status_is_not_shown_in_production() => Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, "/cache"));

    private async Task<string?> NameAsync(string path) => (await _client.GetFromJsonAsync<JsonElement>(path)).GetProperty("name").GetString();

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await _client.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<string> SearchAsync(string category, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/products?category={category}");
        request.Headers.AcceptLanguage.ParseAdd(language);
        using var answer = await _client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
