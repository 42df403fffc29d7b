using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiExplorer.Pages;

namespace ApiExplorer.Endpoints;

/// <summary>Sends a finished document, or two documents round a page's notes, with the versions of the rows that it shows.</summary>
internal sealed class DocumentResult : IResult
{
    private const string Html = "text/html; charset=utf-8";
    private const string JsonType = "application/json; charset=utf-8";

    private readonly string _contentType;
    private readonly string _versions;
    private readonly int _statusCode;
    private readonly ReadOnlyMemory<byte> _first;
    private readonly ReadOnlyMemory<byte> _second;
    private readonly ReadOnlyMemory<byte> _third;

    private DocumentResult(
        int statusCode,
        string contentType,
        string versions,
        ReadOnlyMemory<byte> first,
        ReadOnlyMemory<byte> second = default,
        ReadOnlyMemory<byte> third = default)
    {
        _statusCode = statusCode;
        _contentType = contentType;
        _versions = versions;
        _first = first;
        _second = second;
        _third = third;
    }

    public static IResult Page(Document? document) =>
        document is null ? NotFoundPage() : new DocumentResult(StatusCodes.Status200OK, Html, document.Versions, document.Body);

    public static IResult Page(PageFrame? frame, NotesDocument? notes) =>
        frame is null || notes is null ? NotFoundPage() : Framed(Html, frame, notes.Html);

    public static IResult Json(Document? document) =>
        document is null ? Missing() : new DocumentResult(StatusCodes.Status200OK, JsonType, document.Versions, document.Body);

    public static IResult Json(PageFrame? frame, NotesDocument? notes) =>
        frame is null || notes is null ? Missing() : Framed(JsonType, frame, notes.Figures);

    /// <summary>The answer to a write: what changed.</summary>
    public static IResult Json<T>(T value, JsonTypeInfo<T> type, string versions, int statusCode = StatusCodes.Status200OK) =>
        new DocumentResult(statusCode, JsonType, versions, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public static IResult NotFoundPage() => new DocumentResult(StatusCodes.Status404NotFound, Html, "", StartPage.NotFound().Body);

    private static IResult Missing() => Results.Problem(statusCode: StatusCodes.Status404NotFound);

    private static DocumentResult Framed(string contentType, PageFrame frame, Document notes) =>
        new(StatusCodes.Status200OK, contentType, notes.Versions, frame.BeforeNotes, notes.Body, frame.AfterNotes);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _statusCode;
        response.ContentType = _contentType;
        response.ContentLength = _first.Length + _second.Length + _third.Length;
        if (_versions.Length > 0)
            response.Headers[RowVersions.HeaderName] = _versions;

        var writer = response.BodyWriter;
        writer.Write(_first.Span);
        writer.Write(_second.Span);
        writer.Write(_third.Span);
        await writer.FlushAsync(httpContext.RequestAborted);
    }
}
