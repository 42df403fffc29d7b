using System.Net.Http.Json;

namespace Larder.Dashboard.Browser;

/// <summary>Visitors of ApiExplorer, for the images: the load run drives its servers by turns, which would show as gaps in the plots.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private const int Visitors = 3;
    private const int WriteEvery = 40;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _visitors;

    private Traffic(HttpClient client, Uri root) => _visitors = Task.WhenAll(Enumerable.Range(1, Visitors).Select(number => VisitAsync(client, root, new Random(number))));

    public static Traffic Start(HttpClient client, Uri root) => new(client, root);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _visitors;
        _stop.Dispose();
    }

    private async Task VisitAsync(HttpClient client, Uri root, Random random)
    {
        try
        {
            for (var turn = 1; ; turn++)
            {
                // Few are asked for often, and many seldom.
                var type = 1 + (int)(Math.Pow(random.NextDouble(), 4) * 5_000);
                using var answer = turn % WriteEvery == 0
                    ? await client.PostAsJsonAsync(new Uri(root, $"api/types/{type}/notes"), new { text = "A note." }, _stop.Token)
                    : await client.GetAsync(new Uri(root, $"types/{type}"), _stop.Token);
                await Task.Delay(s_pause, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The images are taken.
        }
    }
}
