using System.Net;

namespace Larder.Cli.CommandLine;

/// <summary>Turns what goes wrong into a message on the error output and an exit code.</summary>
internal static class Guard
{
    private static readonly string[] s_refusals = ["NOAUTH", "WRONGPASS", "NOPERM"];

    public static async Task<int> RunAsync(Terminal terminal, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ToolException exception)
        {
            return Say(terminal, exception.ExitCode, exception.Message, exception.Hint);
        }
        catch (OperationCanceledException exception) when (exception is not TaskCanceledException { InnerException: TimeoutException })
        {
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (exception is CacheException or HttpRequestException or TaskCanceledException or IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException)
        {
            return Say(terminal, CodeOf(exception), exception.Message, HintOf(exception));
        }
    }

    /// <summary>Says what is wrong.</summary>
    public static int Say(Terminal terminal, int exitCode, string message, string? hint)
    {
        terminal.Error.WriteLine($"larder: {message}");
        if (hint is not null)
        {
            terminal.Error.WriteLine($"        {hint}");
        }

        return exitCode;
    }

    /// <summary>Tells whether a server said that the caller may not do what it asked for.</summary>
    public static bool IsRefusal(Exception exception) =>
        s_refusals.Any(word => exception.Message.Contains(word, StringComparison.Ordinal)) || (exception.InnerException is { } inner && IsRefusal(inner));

    private static int CodeOf(Exception exception) => exception switch
    {
        CacheException when IsRefusal(exception) => ExitCode.Refused,
        HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => ExitCode.Refused,
        HttpRequestException { StatusCode: HttpStatusCode.NotFound } => ExitCode.NotFound,
        ArgumentException or InvalidDataException => ExitCode.Usage,
        _ => ExitCode.Error,
    };

    private static string? HintOf(Exception exception) => exception switch
    {
        CacheException when IsRefusal(exception) => "Name the user with --user, and give the password by LARDER_REDIS_PASSWORD, --password-file or --password-stdin. `larder doctor` lists missing permissions.",
        CacheConnectionException => "Is it the right address, and does the server run? redis-cli -h HOST -p PORT ping asks without Larder.",
        _ => null,
    };
}
