using System.Globalization;
using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

internal sealed partial class RedisConnection
{
    /// <summary>
    /// Asks for RESP3, says who is there, and chooses the database. A server that does not know HELLO is spoken to in RESP2. Names are a courtesy: that a
    /// server refuses them does no harm.
    /// </summary>
    private void ShakeHands()
    {
        var credentials = Credentials();
        Server = Greet(credentials) ?? GreetInOldWords(credentials);
        if (_settings.RequiresPrimary)
        {
            RequirePrimary();
        }

        if (_settings.Database != 0)
        {
            Require(Ask(Rent("SELECT"u8, _settings.Database.ToString(CultureInfo.InvariantCulture))), $"database {_settings.Database} was refused", credentials);
        }

        if (_settings.ClientName is { } name)
        {
            Ask(Rent("CLIENT"u8, "SETNAME", name)).Dispose();
        }

        Ask(Rent("CLIENT"u8, "SETINFO", "LIB-NAME", "larder")).Dispose();
        if (_settings.IsReplica)
        {
            // In a cluster, a replica answers reads only to those who have said that they may be old.
            Ask(Rent("READONLY"u8)).Dispose();
        }

        if (_settings.Observer is not null)
        {
            Server = Server with { RunId = Info("server", "run_id"), ReplicationId = Info("replication", "master_replid"), HasData = HasData(), IsTracked = _settings.Tracking is { } tracking && Server.Protocol >= 3 && Track(tracking) };
        }
    }

    /// <summary>Has the server tell what changes. What this connection changes itself it need not tell.</summary>
    /// <returns>Whether it will; users and proxies may not be allowed to ask.</returns>
    private bool Track(TrackingSettings tracking)
    {
        string[] words = ["TRACKING", "ON", .. tracking.IsBroadcast ? ["BCAST"] : Array.Empty<string>(), .. tracking.Prefixes.SelectMany(prefix => new[] { "PREFIX", prefix }), "NOLOOP"];
        using var reply = Ask(Rent("CLIENT"u8, words));
        return !reply.IsError;
    }

    /// <summary>Tells whether the server may have begun with data: a primary that has loaded none has none that is older than what it had before its start.</summary>
    private bool HasData()
    {
        using var reply = Ask(Rent("INFO"u8, "persistence"));
        var info = reply.IsError ? "" : reply.ToString();
        return ServerInfo.FieldOf(info, "aof_enabled") != "0" || ServerInfo.FieldOf(info, "rdb_last_load_keys_loaded") != "0" || Server.IsReplica;
    }

    private string? Info(string section, string field)
    {
        using var reply = Ask(Rent("INFO"u8, section));
        return reply.IsError ? null : ServerInfo.FieldOf(reply.ToString(), field);
    }

    private ServerInfo? Greet(RedisCredentials credentials)
    {
        using var reply = Ask(credentials.Password is { } password
            ? Rent("HELLO"u8, "3", "AUTH", credentials.User ?? "default", password)
            : Rent("HELLO"u8, "3"));
        if (!reply.IsError)
        {
            return ReadServer(reply);
        }

        // An unknown command, or a protocol that it does not speak; anything else is a refusal. Servers before Redis 6 repeat the arguments, AUTH too.
        var refusal = reply.ToString();
        return refusal.StartsWith("NOPROTO", StringComparison.Ordinal)
            || refusal.Contains("unknown command", StringComparison.OrdinalIgnoreCase)
            || refusal.StartsWith("ERR", StringComparison.Ordinal)
                && !refusal.Contains("AUTH", StringComparison.Ordinal) && !refusal.Contains("max number of clients", StringComparison.Ordinal)
            ? null
            : throw Refused(refusal, "the connection was refused", credentials);
    }

    private ServerInfo GreetInOldWords(RedisCredentials credentials)
    {
        if (credentials.Password is { } password)
        {
            Require(Ask(credentials.User is { } user ? Rent("AUTH"u8, user, password) : Rent("AUTH"u8, password)), "the password was refused", credentials);
        }

        Require(Ask(Rent("PING"u8)), "the connection was refused", credentials);
        return new ServerInfo(Protocol: 2, ClientId: 0, Version: null, IsReplica: false);
    }

    private static ServerInfo ReadServer(Reply reply)
    {
        var info = new ServerInfo(Protocol: 3, ClientId: 0, Version: null, IsReplica: false);
        var reader = reply.Open();
        for (var pairs = reader.Count / 2; pairs > 0 && reader.Read(); pairs--)
        {
            var name = reader.String;
            if (!reader.Read())
            {
                break;
            }

            info = name switch
            {
                "proto" => info with { Protocol = (int)reader.Integer },
                "id" => info with { ClientId = reader.Integer },
                "version" => info with { Version = reader.String },
                "mode" => info with { IsCluster = reader.String == "cluster" },
                "role" => info with { IsReplica = reader.String is "replica" or "slave" },
                _ => info,
            };
            reader.Skip(reader.Count);
        }

        return info;
    }

    /// <summary>Sends a command and waits for its reply, before others may use the connection.</summary>
    private Reply Ask(RedisCommand command)
    {
        using (command)
        {
            _transport.Write(command.Bytes);
            while (true)
            {
                var length = ReceiveFrame();
                var isPush = IsPush(length);
                var reply = isPush ? default : Reply.Of(_block, _start, length);
                _start += length;
                if (!isPush)
                {
                    return reply;
                }
            }
        }
    }

    private void RequirePrimary()
    {
        using var role = Ask(Rent("ROLE"u8));
        var reader = role.Open();
        if (!role.IsError && reader.Read() && !reader.Text.SequenceEqual("master"u8))
        {
            throw new CacheConnectionException($"{_settings.ServerName} is no primary, but a {reader.String}.");
        }
    }

    private void Require(Reply reply, string what, RedisCredentials credentials)
    {
        using (reply)
        {
            if (reply.IsError)
            {
                throw Refused(reply.ToString(), what, credentials);
            }
        }
    }

    /// <summary>Tells what the server said, without the arguments, which some servers repeat: the password is among them.</summary>
    private CacheServerException Refused(string error, string what, RedisCredentials credentials)
    {
        var told = error.IndexOf("with args", StringComparison.OrdinalIgnoreCase) is >= 0 and var at ? error[..at] : error;
        told = string.IsNullOrEmpty(credentials.Password) ? told : told.Replace(credentials.Password, "***", StringComparison.Ordinal);
        return new($"{told} ({_settings.ServerName}: {what}. Check User, Password and Database of the Redis settings)");
    }

    private static RedisCommand Rent(ReadOnlySpan<byte> name, params ReadOnlySpan<string> arguments)
    {
        var command = RedisCommand.Rent(name, arguments.Length);
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }

        return command;
    }

    private RedisCredentials Credentials()
    {
        if (_settings.Credentials is not { } ask)
        {
            return default;
        }

        using var limit = new CancellationTokenSource(_settings.ConnectTimeout, _time);
        var asking = ask(limit.Token).AsTask();
        ((IAsyncResult)asking).AsyncWaitHandle.WaitOne(_settings.ConnectTimeout); // The thread is the connection's own, and has nothing else to do.
#pragma warning disable VSTHRD002 // It is completed.
        return asking.IsCompletedSuccessfully
            ? asking.Result
            : throw new CacheConnectionException($"The credentials for {_settings.ServerName} could not be had.", asking.Exception?.InnerException ?? new TimeoutException());
#pragma warning restore VSTHRD002
    }
}
