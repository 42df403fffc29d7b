using System.Diagnostics;
using System.Net;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Topology;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Tests.Connections;

/// <summary>A client of one server. Its command timeout is long, so that only tests about it meet it on a busy machine.</summary>
internal sealed class ClientSetup : IAsyncDisposable
{
    public const int BulkThreshold = 256 * 1024;

    public ClientSetup(int port, Func<ConnectionSettings, ConnectionSettings>? change = null, int retryCount = 0)
    {
        var settings = new ConnectionSettings
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, port),
            Logger = NullLogger.Instance,
            CommandTimeout = TimeSpan.FromSeconds(20),
            HeartbeatInterval = TimeSpan.FromSeconds(20),
        };
        Settings = change?.Invoke(settings) ?? settings;
        Node = new RedisNode(Settings, BulkThreshold);
        Client = new RedisClient(new Standalone(Node), retryCount, TimeSpan.FromMilliseconds(20), Settings.TimeProvider);
    }

    public ConnectionSettings Settings { get; }

    public RedisNode Node { get; }

    public RedisClient Client { get; }

    /// <summary>Sends a command, whose first argument is its key.</summary>
    public async Task<string?> SendAsync(CommandKind kind, CancellationToken cancellationToken, params string[] words)
    {
        using var command = Command(words);
        using var reply = await Client.ExecuteAsync(command, kind, cancellationToken);
        return reply.IsNull ? null : reply.Type == RespType.Integer ? $"{reply.Integer}" : reply.ToString();
    }

    public Task<string?> GetAsync(string key, CancellationToken cancellationToken = default) => SendAsync(CommandKind.Read, cancellationToken, "GET", key);

    public Task SetAsync(string key, string value) => SendAsync(CommandKind.IdempotentWrite, CancellationToken.None, "SET", key, value);

    /// <summary>Sends a command that is expected to fail.</summary>
    public async Task<T> FailsAsync<T>(CommandKind kind, params string[] words)
        where T : Exception => await Assert.ThrowsAsync<T>(() => SendAsync(kind, CancellationToken.None, words));

    public Task<T> GetFailsAsync<T>(string key)
        where T : Exception => FailsAsync<T>(CommandKind.Read, "GET", key);

    /// <summary>Sends a command that is expected to fail, and tells how long that took.</summary>
    public async Task<TimeSpan> TimeOfFailureAsync(string key)
    {
        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<CacheException>(() => GetAsync(key));
        return Stopwatch.GetElapsedTime(start);
    }

    public static RedisCommand Command(params string[] words)
    {
        var command = RedisCommand.Rent(System.Text.Encoding.UTF8.GetBytes(words[0]), words.Length - 1);
        for (var i = 1; i < words.Length; i++)
        {
            _ = i == 1 ? command.AddKey(System.Text.Encoding.UTF8.GetBytes(words[i])) : command.Add(words[i]);
        }

        return command;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
