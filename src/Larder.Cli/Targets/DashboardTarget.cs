using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Targets;

/// <summary>A cache of a running application, by the API of its dashboard.</summary>
internal sealed partial class DashboardTarget : ITarget
{
    private readonly HttpClient _client;
    private readonly TargetAddress _address;

    private DashboardTarget(TargetAddress address)
    {
        _address = address;

        // What the API says of redirects is its own; a login page elsewhere is none of its answers.
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address.Url, Timeout = address.Timeout };
        _client.DefaultRequestHeaders.Add("X-Larder", "1");
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (address.Token is { } token)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    public string Cache => _address.Cache;

    public string Description => $"the dashboard at {_address.Url}, cache {Cache}";

    public static async ValueTask<DashboardTarget> OpenAsync(TargetAddress address, CancellationToken cancellationToken)
    {
        var target = new DashboardTarget(address);
        try
        {
            var caches = (await target.GetAsync<JsonObject>("api/me", cancellationToken))?["caches"]?.AsArray().Select(name => (string?)name).ToArray() ?? [];
            return caches.Contains(address.Cache)
                ? target
                : throw ToolException.NotFound($"The application at {address.Url} has no cache '{address.Cache}'.", $"Its caches are: {string.Join(", ", caches)}. Name one with --cache.");
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<EntryPage> ScanAsync(EntryScan scan, CancellationToken cancellationToken) =>
        await GetAsync<EntryPage>(Query("api/keys", ("cache", Cache), ("pattern", scan.Pattern), ("tag", scan.Tag), ("cursor", scan.Cursor), ("size", FormattableString.Invariant($"{scan.PageSize}"))), cancellationToken)
            ?? new EntryPage();

    public ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken) => GetAsync<EntryInfo>(Query("api/entry", ("cache", Cache), ("key", key)), cancellationToken);

    public ValueTask<EntryPreview?> PreviewAsync(string key, int length, CancellationToken cancellationToken) =>
        GetAsync<EntryPreview>(Query("api/value", ("cache", Cache), ("key", key), ("length", FormattableString.Invariant($"{length}"))), cancellationToken);

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
        (bool?)(await PostAsync("api/remove", new JsonObject { ["cache"] = Cache, ["key"] = key }, cancellationToken))["removed"] ?? false;

    public async ValueTask<long> RemoveByPatternAsync(string pattern, bool isDry, CancellationToken cancellationToken) =>
        (long?)(await PostAsync("api/remove-pattern", new JsonObject { ["cache"] = Cache, ["pattern"] = pattern, ["dryRun"] = isDry }, cancellationToken))["count"] ?? 0;

    public async ValueTask<TagRows> TagsAsync(string pattern, string? cursor, CancellationToken cancellationToken) =>
        await GetAsync<TagRows>(Query("api/tags", ("cache", Cache), ("pattern", pattern), ("cursor", cursor)), cancellationToken) ?? new TagRows([], null);

    public async ValueTask<long?> RemoveByTagAsync(string tag, bool isDry, CancellationToken cancellationToken) =>
        isDry
            ? await TargetPages.CountAsync(this, new EntryScan { Tag = tag }, cancellationToken)
            : (long?)(await PostAsync("api/remove-tag", new JsonObject { ["cache"] = Cache, ["tag"] = tag }, cancellationToken))["count"];

    public async ValueTask<long> ClearAsync(bool isDry, IProgress<long> progress, CancellationToken cancellationToken) =>
        (long?)(await PostAsync("api/clear", new JsonObject { ["cache"] = Cache, ["confirm"] = Cache, ["dryRun"] = isDry }, cancellationToken))["count"] ?? 0;

    public ValueTask<IReadOnlyList<long?>> FrequenciesAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        throw new ToolException(ExitCode.Error, "A dashboard does not tell how often entries are asked for.", "A Redis with an LFU policy does: larder stats hot --redis host:port");

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Query(string path, params IEnumerable<(string Name, string? Value)> parameters) =>
        path + "?" + string.Join('&', parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));

    /// <summary>Asks for something.</summary>
    /// <returns>The answer; the default where there is no such thing.</returns>
    private async ValueTask<T?> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(path, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound && response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            return default;
        }

        await RequireSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(DashboardJson.Options, cancellationToken);
    }

    private async ValueTask<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsJsonAsync(path, body, cancellationToken);
        await RequireSuccessAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken) ?? [];
    }

    private async ValueTask RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        if (response.IsSuccessStatusCode && isJson)
        {
            return;
        }

        var said = isJson ? ErrorOf(await response.Content.ReadAsStringAsync(cancellationToken)) : null;
        throw response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ToolException(ExitCode.Refused, said ?? $"The dashboard at {_address.Url} refused the request.", "Its policies decide who may see and change what. A bearer token is given by LARDER_TOKEN or --token-file."),
            HttpStatusCode.BadRequest => ToolException.Usage(said ?? "The dashboard did not understand the request."),
            HttpStatusCode.NotFound => ToolException.NotFound(said ?? $"There is no dashboard at {_address.Url}.", "The address is the one at which the page opens, such as http://localhost:5000/larder."),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new ToolException(ExitCode.Refused, $"The dashboard at {_address.Url} sends elsewhere, as for a login.", "A bearer token is given by LARDER_TOKEN or --token-file."),
            _ => new ToolException(ExitCode.Error, said ?? $"The dashboard at {_address.Url} answered {(int)response.StatusCode}, and no JSON."),
        };
    }

    private static string? ErrorOf(string json)
    {
        try
        {
            return (string?)JsonNode.Parse(json)?["error"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
