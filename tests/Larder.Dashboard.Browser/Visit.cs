using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>A visit of the dashboard. Whatever the browser complains of is a failure of the test: errors and warnings of scripts, what the content security policy stops, requests that fail.</summary>
internal sealed class Visit : IAsyncDisposable
{
    /// <summary>The longest that the page may take to show something, however busy the machine is.</summary>
    public const float LongestMs = 30_000;

    private const string WatchPolicy = "addEventListener('securitypolicyviolation', event => console.error('Content security policy: ' + event.violatedDirective + ' ' + event.blockedURI))";

    private static readonly Lazy<string> s_axe = new(() => File.ReadAllText(Path.Combine(Sources.Page, "node_modules", "axe-core", "axe.min.js")));

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly List<string> _expected = [];
    private readonly List<string> _requests = [];

    private Visit(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Gets the addresses that the page has asked for.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<Visit> OpenAsync(IBrowserContext context, Uri address)
    {
        context.SetDefaultTimeout(LongestMs);
        await context.AddInitScriptAsync(WatchPolicy);
        var page = await context.NewPageAsync();
        var visit = new Visit(context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                visit._complaints.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => visit._complaints.Enqueue($"exception: {error}");
        page.Request += (_, request) =>
        {
            lock (visit._requests)
            {
                visit._requests.Add(request.Url);
            }
        };
        await page.GotoAsync(address.ToString());
        return visit;
    }

    /// <summary>Goes to a page of the dashboard, as a link does.</summary>
    public Task GoAsync(string place) => Page.EvaluateAsync("place => { location.hash = place; }", "#/" + place);

    /// <summary>Waits until a text is seen somewhere.</summary>
    public Task SeeAsync(string text) => Assertions.Expect(Page.GetByText(text).Filter(new() { Visible = true }).First).ToBeVisibleAsync();

    /// <summary>Waits until something has become true of the page.</summary>
    public Task UntilAsync(string condition, object? argument = null) => Page.WaitForFunctionAsync(condition, argument, new() { Timeout = LongestMs, PollingInterval = 50 });

    /// <summary>Lets the clock of the page run, which the test has taken over, until something has become true.</summary>
    public Task UntilTickedAsync(string condition) => UntilTickedAsync(() => Page.EvaluateAsync<bool>(condition), condition);

    /// <summary>Lets the clock of the page run until the page has asked for something.</summary>
    public Task UntilAskedAsync(int after) => UntilTickedAsync(() => Task.FromResult(Requests.Count > after), "a request");

    private async Task UntilTickedAsync(Func<Task<bool>> condition, string what)
    {
        // The server answers in real time, however fast the page's clock runs.
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds < LongestMs, $"Not within {LongestMs} ms: {what}");
            await Page.Clock.RunForAsync(1_000);
        }
    }

    /// <summary>Says that the browser will complain of something, and that this is right.</summary>
    public void ExpectComplaint(string part) => _expected.Add(part);

    /// <summary>Fails if the rules of accessibility are broken on what is shown now.</summary>
    public async Task AssertAccessibleAsync(string what)
    {
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await Page.EvaluateAsync(s_axe.Value);
        }

        var found = await Page.EvaluateAsync<JsonElement>(
            "() => axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations.map(rule => rule.id + ': ' + rule.help + ' ' + rule.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')))");
        Assert.True(found.GetArrayLength() == 0, $"{what}:\n{found}");
    }

    /// <summary>Fails if the browser has complained.</summary>
    public void AssertNoComplaint()
    {
        string[] unexpected = [.. _complaints.Where(complaint => !_expected.Any(part => complaint.Contains(part, StringComparison.Ordinal)))];
        Assert.True(unexpected.Length == 0, string.Join('\n', unexpected));
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
