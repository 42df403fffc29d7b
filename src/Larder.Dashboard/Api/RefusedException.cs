using Microsoft.AspNetCore.Http;

namespace Larder.Dashboard.Api;

/// <summary>A request is not answered.</summary>
#pragma warning disable CA1032 // It never leaves the API.
internal sealed class RefusedException(int statusCode, string message) : Exception(message)
#pragma warning restore CA1032
{
    public int StatusCode => statusCode;

    public static RefusedException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);
}
