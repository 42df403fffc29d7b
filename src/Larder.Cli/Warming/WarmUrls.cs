using System.Globalization;

namespace Larder.Cli.Warming;

/// <summary>Calls addresses, whose application then has their data in its caches.</summary>
internal sealed class WarmUrls(HttpClient client)
{
    /// <summary>Checks an address.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> when nothing is.</returns>
    public static string? Check(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") ? null : "it is no http address";

    /// <summary>Calls an address that was checked.</summary>
    /// <returns>What went wrong; <see langword="null"/> when nothing did.</returns>
    public async ValueTask<string?> CallAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return response.IsSuccessStatusCode ? null : ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return exception.Message;
        }
    }
}
