using System.Globalization;

namespace Larder.Testing.Faults;

/// <summary>Which reply answers a command: one of those said once, else the rule said last, else what a plain server says.</summary>
internal sealed class RespScript(int newestProtocol)
{
    private readonly Lock _gate = new();
    private readonly List<(string[] Pattern, Func<RespCommand, RespReply> Reply)> _rules = [];
    private readonly List<(string[] Pattern, Queue<RespReply> Replies)> _once = [];

    public static string[] Words(string command)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(command);
        return command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Add(string command, Func<RespCommand, RespReply> reply)
    {
        var pattern = Words(command);
        lock (_gate)
        {
            _rules.Add((pattern, reply));
        }
    }

    public void AddOnce(string command, RespReply[] replies)
    {
        var pattern = Words(command);
        lock (_gate)
        {
            foreach (var (known, queue) in _once)
            {
                if (known.SequenceEqual(pattern, StringComparer.OrdinalIgnoreCase))
                {
                    Array.ForEach(replies, queue.Enqueue);
                    return;
                }
            }

            _once.Add((pattern, new(replies)));
        }
    }

    public RespReply Answer(ScriptedConnection connection, RespCommand command)
    {
        try
        {
            return Find(command) is { } reply ? reply(command) : Plain(connection, command);
        }
        catch (Exception exception)
        {
            var message = exception.Message.ReplaceLineEndings(" ");
            return RespReply.Error($"ERR the script of the test failed: {exception.GetType().Name}: {message}");
        }
    }

    private Func<RespCommand, RespReply>? Find(RespCommand command)
    {
        lock (_gate)
        {
            for (var i = _once.Count - 1; i >= 0; i--)
            {
                if (command.Matches(_once[i].Pattern) && _once[i].Replies.TryDequeue(out var reply))
                {
                    return _ => reply;
                }
            }

            return _rules.FindLast(rule => command.Matches(rule.Pattern)).Reply;
        }
    }

    private RespReply Plain(ScriptedConnection connection, RespCommand command) => command.Name switch
    {
        "HELLO" => Hello(connection, command),
        "AUTH" or "SELECT" or "READONLY" => RespReply.Ok,
        "CLIENT" when command.Count > 0 && string.Equals(command[0], "ID", StringComparison.OrdinalIgnoreCase) => RespReply.Integer(connection.Id),
        "CLIENT" => RespReply.Ok,
        "PING" => command.Count == 0 ? RespReply.Simple("PONG") : RespReply.Bulk(command.Bytes(0)),
        "QUIT" => RespReply.Ok.Then(RespReply.Close),
        _ => Unknown(command),
    };

    private RespReply Hello(ScriptedConnection connection, RespCommand command)
    {
        if (newestProtocol < 3)
        {
            return Unknown(command);
        }

        var protocol = connection.Protocol;
        if (command.Count > 0 && (!int.TryParse(command[0], CultureInfo.InvariantCulture, out protocol) || protocol is < 2 or > 3))
        {
            return RespReply.Error("NOPROTO unsupported protocol version");
        }

        connection.Protocol = protocol;
        return RespReply.Map(
            RespReply.Bulk("server"), RespReply.Bulk("redis"),
            RespReply.Bulk("version"), RespReply.Bulk("7.0.15"),
            RespReply.Bulk("proto"), RespReply.Integer(protocol),
            RespReply.Bulk("id"), RespReply.Integer(connection.Id),
            RespReply.Bulk("mode"), RespReply.Bulk("standalone"),
            RespReply.Bulk("role"), RespReply.Bulk("master"),
            RespReply.Bulk("modules"), RespReply.Array());
    }

    private static RespReply Unknown(RespCommand command) => RespReply.Error($"ERR unknown command '{command.Name.ReplaceLineEndings(" ")}'");
}
