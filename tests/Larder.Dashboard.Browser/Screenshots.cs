using Microsoft.Playwright;

namespace Larder.Dashboard.Browser;

/// <summary>The images of the documentation. They are taken by the tests when <c>LARDER_SCREENSHOTS=1</c> is in the environment (eng/screenshots), and otherwise not.</summary>
internal static class Screenshots
{
    public static bool AreWanted => Environment.GetEnvironmentVariable("LARDER_SCREENSHOTS") == "1";

    /// <summary>Keeps an image of what is shown, under the name of the page.</summary>
    public static async Task TakeAsync(Visit visit, string place, ColorScheme theme)
    {
        if (!AreWanted)
        {
            return;
        }

        var name = place.Contains("view=tree", StringComparison.Ordinal) ? "tree" : place.Split('?')[0];
        if (name == "tree")
        {
            await visit.Page.Locator("details summary").First.ClickAsync();
        }

        if (name == "overview")
        {
            // A plot is to have a past.
            await visit.Page.SetViewportSizeAsync(1280, 1290);
            await visit.Page.WaitForFunctionAsync("() => document.querySelector('.plots').dataset.points > 100", null, new() { Timeout = 300_000 });
        }

        await visit.Page.Mouse.MoveAsync(1270, 790);
        await visit.Page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Sources.Root, "docs", "images", $"dashboard-{name}-{theme.ToString().ToLowerInvariant()}.png"),
        });
        await visit.Page.SetViewportSizeAsync(1280, 800);
    }
}
