namespace Larder.Testing.Faults;

/// <summary>
/// A server on the loopback that speaks as much RESP as a client needs to connect (HELLO, AUTH, CLIENT, SELECT, PING, QUIT) and answers
/// everything else as the test says: for what a real Redis cannot be brought to do at a given moment.
/// </summary>
/// <remarks>Other commands are answered by <c>ERR unknown command</c>. All members may be called at any time from any thread.</remarks>
public sealed class ScriptedRespServer : IAsyncDisposable
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly RespScript _script;
    private readonly List<RespCommand> _commands = [];
    private readonly List<Waiter> _waiters = [];
    private readonly LoopbackServer<ScriptedConnection> _server;

    /// <summary>Makes a server and lets it listen.</summary>
    /// <param name="protocol">3, or 2 for a server older than Redis 6, which does not know HELLO.</param>
    public ScriptedRespServer(int protocol = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(protocol, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(protocol, 3);
        _script = new RespScript(protocol);
        _server = new LoopbackServer<ScriptedConnection>((socket, number) => new ScriptedConnection(socket, number, Receive, _script.Answer));
    }

    /// <summary>Gets the port at 127.0.0.1. It stays the same over <see cref="Stop"/> and <see cref="Start"/>.</summary>
    public int Port => _server.Port;

    /// <summary>Gets the address, such as <c>127.0.0.1:20123</c>.</summary>
    public string EndPoint => _server.EndPoint;

    /// <summary>Gets all commands received so far, in their order.</summary>
    public IReadOnlyList<RespCommand> Commands
    {
        get
        {
            lock (_gate)
            {
                return [.. _commands];
            }
        }
    }

    /// <summary>Gets how many connections are open.</summary>
    public int OpenConnections => _server.Connections().Length;

    /// <summary>Gets how many connections there have been.</summary>
    public int AcceptedConnections => _server.Accepted;

    /// <summary>Says how a command is answered from now on.</summary>
    /// <param name="command">
    /// The words that the command begins with, such as <c>GET</c>, <c>CLIENT TRACKING</c> or <c>GET user:42</c>; upper and lower case are the
    /// same; <c>*</c> for every command. Where several match, the one said last counts.
    /// </param>
    /// <param name="reply">The reply.</param>
    /// <returns>This server.</returns>
    public ScriptedRespServer On(string command, RespReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return On(command, _ => reply);
    }

    /// <summary>Says how a command is answered from now on.</summary>
    /// <param name="command">As in <see cref="On(string, RespReply)"/>.</param>
    /// <param name="reply">Makes the reply. An exception becomes an <c>ERR</c> that tells it.</param>
    /// <returns>This server.</returns>
    public ScriptedRespServer On(string command, Func<RespCommand, RespReply> reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _script.Add(command, reply);
        return this;
    }

    /// <summary>Says how the next commands are answered, one reply each; they come before what <see cref="On(string, RespReply)"/> says.</summary>
    /// <param name="command">As in <see cref="On(string, RespReply)"/>.</param>
    /// <param name="replies">The replies in their order, behind those that an earlier call for the same words left.</param>
    /// <returns>This server.</returns>
    public ScriptedRespServer Once(string command, params RespReply[] replies)
    {
        ArgumentNullException.ThrowIfNull(replies);
        _script.AddOnce(command, replies);
        return this;
    }

    /// <summary>Waits until a command has been received.</summary>
    /// <param name="command">As in <see cref="On(string, RespReply)"/>.</param>
    /// <param name="count">How many such commands, counted from the start of the server.</param>
    /// <param name="timeout">How long, in real time. Default: 30 seconds.</param>
    /// <returns>The command that made up the number.</returns>
    /// <exception cref="TimeoutException">It did not come in time; the message tells what came instead.</exception>
    public async Task<RespCommand> WaitForAsync(string command, int count = 1, TimeSpan? timeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var waiter = new Waiter(RespScript.Words(command), count);
        lock (_gate)
        {
            _commands.ForEach(waiter.See);
            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Found.WaitAsync(timeout ?? DefaultTimeout, TimeProvider.System);
        }
        catch (TimeoutException exception)
        {
            var last = Commands.TakeLast(20).Select(received => received.ToString());
            throw new TimeoutException(
                $"{command} was not received {count} time(s) within {timeout ?? DefaultTimeout}. The last commands: {string.Join(", ", last)}.", exception);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    /// <summary>Sends something that no command asked for, such as <see cref="RespReply.Invalidate"/>, between two replies.</summary>
    /// <param name="push">What is sent.</param>
    /// <param name="connection">The number of the connection (<see cref="RespCommand.Connection"/>). Default: all that are open.</param>
    /// <returns>Completes when it was sent.</returns>
    public async Task PushAsync(RespReply push, int? connection = null)
    {
        ArgumentNullException.ThrowIfNull(push);
        foreach (var target in _server.Connections().Where(open => connection is null || open.Id == connection))
        {
            try
            {
                await push.WriteAsync(new ScriptedOutput(target));
            }
            catch (Exception exception) when (LoopbackListener.IsEnd(exception))
            {
                // The client has closed it meanwhile.
            }
        }
    }

    /// <summary>Lets the connections that are open now stay open and send nothing any more, like those to a machine without power. Later ones are served.</summary>
    public void GoSilent() => Array.ForEach(_server.Connections(), connection => connection.GoSilent());

    /// <summary>Closes the connections that are open now.</summary>
    public void CloseConnections() => Array.ForEach(_server.Connections(), connection => connection.Close());

    /// <summary>Resets the connections that are open now.</summary>
    public void ResetConnections() => _server.Reset();

    /// <summary>Goes down: resets all connections and refuses new ones. What was scripted and received stays.</summary>
    public void Stop() => _server.Stop();

    /// <summary>Comes back at the same port; without effect if it listens.</summary>
    public void Start() => _server.Start();

    /// <summary>Stops the server for good.</summary>
    /// <returns>The completion.</returns>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Receive(RespCommand command)
    {
        lock (_gate)
        {
            _commands.Add(command);
            _waiters.ForEach(waiter => waiter.See(command));
        }
    }

    private sealed class Waiter(string[] pattern, int count)
    {
        private readonly TaskCompletionSource<RespCommand> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = count;

        public Task<RespCommand> Found => _found.Task;

        public void See(RespCommand command)
        {
            if (command.Matches(pattern) && --_left == 0)
            {
                _found.TrySetResult(command);
            }
        }
    }
}
