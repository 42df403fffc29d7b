using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Diagnostics;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Telemetry;

/// <summary>A command as an activity and in a histogram, while somebody listens. No argument is in it: neither a key nor a value.</summary>
internal static class RedisTelemetry
{
    /// <summary>Gets whether somebody listens.</summary>
    public static bool IsOn => CacheMetrics.TimesCommands || CacheMetrics.Activities.HasListeners();

    /// <summary>Sends a command, and tells how long it took and how it ended.</summary>
    /// <param name="client">The client.</param>
    /// <param name="node">The server that it goes to first, if that is known.</param>
    /// <param name="command">The command; the caller still owns it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<Reply> SendAsync(RedisClient client, RedisNode? node, RedisCommand command, CommandKind kind, CancellationToken cancellationToken)
    {
        using var trace = Begin(node, command);
        var reply = await client.SendUntracedAsync(command, kind, cancellationToken).ConfigureAwait(false);
        trace.End(reply);
        return reply;
    }

    /// <summary>Begins to tell of a command, for one who sends it himself.</summary>
    /// <returns>To be disposed.</returns>
    public static CommandTrace Begin(RedisNode? node, RedisCommand command) => new(NameOf(command), node);

    private static Activity? Start(string operation, RedisNode? node)
    {
        if (CacheMetrics.Activities.StartActivity("larder.redis", ActivityKind.Client) is not { } activity)
        {
            return null;
        }

        activity.DisplayName = operation;
        activity.SetTag("db.system.name", "redis").SetTag("db.operation.name", operation);
        return node?.EndPoint switch
        {
            IPEndPoint address => activity.SetTag("server.address", address.Address.ToString()).SetTag("server.port", address.Port),
            DnsEndPoint host => activity.SetTag("server.address", host.Host).SetTag("server.port", host.Port),
            not null => activity.SetTag("server.address", node.Name),
            _ => activity,
        };
    }

    /// <summary>Gets the name of a command, which is its first argument.</summary>
    private static string NameOf(RedisCommand command)
    {
        var bytes = command.Bytes;
        bytes = bytes[(bytes.IndexOf((byte)'\n') + 1)..];
        bytes = bytes[(bytes.IndexOf((byte)'\n') + 1)..];
        return bytes[..bytes.IndexOf((byte)'\r')] switch
        {
            var name when name.SequenceEqual("GET"u8) => "GET",
            var name when name.SequenceEqual("SET"u8) => "SET",
            var name when name.SequenceEqual("EVALSHA"u8) => "EVALSHA",
            var name => Encoding.ASCII.GetString(name),
        };
    }

    private static string? ErrorOf(Reply reply) => reply switch
    {
        { IsError: false } => null,
        { Failure: OperationCanceledException } => "cancelled",
        { Failure: CacheTimeoutException } => "timeout",
        { Failure: CacheConnectionException } => "connection",
        { Failure: not null } => "other",

        // The script is sent then, which is a command of its own.
        _ when reply.Span.StartsWith("NOSCRIPT"u8) => null,
        _ => "server",
    };

    /// <summary>A command of which somebody is told. It ends with its reply, not with what is made of that; one that is disposed without a reply was cancelled.</summary>
    public sealed class CommandTrace(string operation, RedisNode? node) : IDisposable
    {
        private readonly Activity? _activity = Start(operation, node);
        private readonly long _start = TimeProvider.System.GetTimestamp();
        private bool _hasEnded;

        public void End(Reply reply) => End(ErrorOf(reply));

        public void Dispose() => End("cancelled");

        private void End(string? error)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            CacheMetrics.RecordCommand(TimeProvider.System.GetElapsedTime(_start), operation, error);
            if (error is not null)
            {
                _activity?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error, error);
            }

            _activity?.Dispose();
        }
    }
}
