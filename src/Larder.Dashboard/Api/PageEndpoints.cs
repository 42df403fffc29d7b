using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Larder.Dashboard.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Larder.Dashboard.Api;

/// <summary>The page and its files, which are resources of the assembly. All links are relative, so that it does not matter where it is mapped, or what a proxy makes of that.</summary>
internal static class PageEndpoints
{
    private static readonly FrozenDictionary<string, string> s_types = new Dictionary<string, string>
    {
        ["index.html"] = "text/html; charset=utf-8",
        ["app.js"] = "text/javascript; charset=utf-8",
        ["app.css"] = "text/css; charset=utf-8",
        ["icon.svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    /// <summary>The best first. Browsers take Brotli only where nobody between can change it: over TLS, and from their own machine.</summary>
    private static readonly (string Name, string Extension)[] s_encodings = [("br", ".br"), ("gzip", ".gz")];

    private static readonly FrozenDictionary<string, byte[]> s_files = Load();

    public static void Map(RouteGroupBuilder group)
    {
        group.MapMethods("", [HttpMethods.Get], (RequestDelegate)AnswerPageAsync);
        group.MapMethods("a/{file}", [HttpMethods.Get], (RequestDelegate)(context => AnswerFileAsync(context, (string)context.Request.RouteValues["file"]!)));
    }

    private static async Task AnswerPageAsync(HttpContext context)
    {
        if ((await DashboardGate.RightsOfAsync(context, new DashboardOptions()).ConfigureAwait(false)) == Rights.None)
        {
            PageHeaders.Write(context.Response, isCached: false);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(Endpoint.Refusal + "\n", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var path = context.Request.Path.Value ?? "";
        if (!path.EndsWith('/'))
        {
            // Relative, to the address that the browser knows.
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = path[(path.LastIndexOf('/') + 1)..] + "/" + context.Request.QueryString;
            return;
        }

        await AnswerFileAsync(context, "index.html").ConfigureAwait(false);
    }

    private static async Task AnswerFileAsync(HttpContext context, string file)
    {
        PageHeaders.Write(context.Response, isCached: true);
        if (!s_types.TryGetValue(file, out var type) || !s_files.TryGetValue(file, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var accepted = context.Request.Headers.AcceptEncoding.ToString();
        foreach (var (encoding, extension) in s_encodings)
        {
            if (accepted.Contains(encoding, StringComparison.OrdinalIgnoreCase) && s_files.TryGetValue(file + extension, out var compressed))
            {
                content = compressed;
                context.Response.Headers.ContentEncoding = encoding;
                break;
            }
        }

        context.Response.Headers.Vary = "Accept-Encoding";
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"";
        context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    private static FrozenDictionary<string, byte[]> Load()
    {
        const string prefix = "page/";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToFrozenDictionary(name => name[prefix.Length..], name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        });
    }
}
