using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Larder.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Larder.AspNetCore.Tests.Samples;

/// <summary>The sample WebApi as real processes that share one Redis.</summary>
[Trait("Category", "Slow")]
public sealed class WebApiProcessTests
{
    [Fact]
    public async Task Two_processes_share_users_responses_and_limits()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await StartAsync(server);
        await using var two = await StartAsync(server);

        using var put = await one.Client.PutAsJsonAsync("/tasks/7/result", new { Output = "42", Succeeded = true });
        Assert.Equal("42", (await two.Client.GetFromJsonAsync<JsonElement>("/tasks/7/result")).GetProperty("output").GetString());

        // The addresses differ by their ports, which are part of the key of a response: the host is given by the client.
        Assert.Equal("""["Kite: 20.00"]""", await SearchAsync(one));
        using var post = await two.Client.PostAsJsonAsync("/products", new { Name = "Ball", Category = "toys", Price = 5 });
        Assert.Equal("""["Kite: 20.00","Ball: 5.00"]""", await SearchAsync(two));
        await Deadline.TrueAsync(async () => await SearchAsync(one) == """["Kite: 20.00","Ball: 5.00"]""");
    }

    [Fact]
    public async Task Two_processes_grant_exactly_the_limit_together()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await StartAsync(server);
        await using var two = await StartAsync(server);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var answer = await (i % 2 == 0 ? one : two).Client.PostAsJsonAsync("/login", new { Name = "ada" });
            return answer.StatusCode;
        }));

        Assert.Equal(5, statuses.Count(status => status != HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Ledger(180)]
    public async Task Metrics_and_traces_are_sent_over_OTLP()
    {
        var received = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        await using var sink = await TestWeb.StartAsync(
            _ => { },
            _ => { },
            app => app.MapPost("/v1/{signal}", async (string signal, HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                received.AddOrUpdate(signal, static (_, text) => text, static (_, before, text) => before + text, Encoding.Latin1.GetString(body.ToArray()));
                return Results.Bytes([], "application/x-protobuf");
            }),
            isReal: true);
        await using var server = await RedisServer.StartAsync();
        await using var sample = await StartAsync(server, ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.Urls.First()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));

        await sample.Client.GetStringAsync("/users/1");
        await sample.StopAsync();

        Assert.All(["larder-webapi", "HttpRequestIn", "larder.load", "db.operation.name"], part => Assert.Contains(part, received["traces"], StringComparison.Ordinal));
        Assert.All(["larder-webapi", "larder.requests", "larder.redis.duration", "http.server.request.duration"], part => Assert.Contains(part, received["metrics"], StringComparison.Ordinal));
    }

    private static Task<WebApiProcess> StartAsync(RedisServer server, params (string Name, string Value)[] environment) =>
        WebApiProcess.StartAsync([("Larder__Redis__ConnectionString", $"redis://{server.EndPoint}"), ("Larder__Redis__CommandTimeout", "20s"), .. environment]);

    private static async Task<string> SearchAsync(WebApiProcess sample)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products?category=toys");
        request.Headers.Host = "shop.example";
        using var answer = await sample.Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }
}
