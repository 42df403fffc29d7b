using Larder.Dashboard.Browser;
using Larder.Redis.Tests.Servers;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Larder.Dashboard.Browser;

/// <summary>The browser of all tests, started by the first that opens a page.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] s_arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly Lazy<Task<IBrowser>> _browser;
    private IPlaywright? _playwright;

    public Chromium() => _browser = new(StartAsync);

    /// <summary>Opens an address in a visitor's window of its own: no cookies, nothing stored.</summary>
    internal async Task<Visit> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        var context = await (await _browser.Value).NewContextAsync(options ?? new());
        return await Visit.OpenAsync(context, address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated && _browser.Value.IsCompletedSuccessfully)
        {
            await (await _browser.Value).CloseAsync();
        }

        _playwright?.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        var program = Programs.Require("chromium", "chromium");
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        Assertions.SetDefaultExpectTimeout(Visit.LongestMs);
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = s_arguments });
    }
}
