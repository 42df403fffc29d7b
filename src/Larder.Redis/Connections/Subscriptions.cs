using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>
/// The channels of one server that somebody listens to. They have a connection of their own, made for the first listener: a server ends connections
/// with subscriptions whose replies pile up, which large values would do. After each loss the channels are asked for anew, and their listeners told.
/// </summary>
internal sealed class Subscriptions : IConnectionOwner, IDisposable
{
    /// <summary>How long nothing is asked for after the server has refused a channel.</summary>
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(5);

    private readonly ConnectionSlot _slot;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private RedisConnection? _ready;
    private long? _refusedAt;

    public Subscriptions(ConnectionSettings settings)
    {
        TimeProvider = settings.TimeProvider;
        Patience = settings.CommandTimeout;
        _slot = new ConnectionSlot(settings with { IgnoresStrayReplies = true }, this);
    }

    public TimeProvider TimeProvider { get; }

    /// <summary>Gets how long a listener waits for its channel.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Begins to listen to a channel.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="isSharded">Whether it belongs to the slot of a cluster.</param>
    /// <param name="heard">Called on a thread of the connection, at each message and each loss; must not block.</param>
    public Subscription Add(string name, bool isSharded, Action heard)
    {
        var subscription = new Subscription(this, name, heard);
        lock (_gate)
        {
            if (!_channels.TryGetValue(name, out var channel))
            {
                _channels.Add(name, channel = new Channel(name, isSharded));
            }

            channel.Listeners.Add(subscription);
            if (channel.Listeners.Count > 1)
            {
                return subscription;
            }
        }

        _slot.Begin();
        Ask([name]);
        return subscription;
    }

    public void Remove(Subscription subscription)
    {
        Channel? channel;
        lock (_gate)
        {
            if (!_channels.TryGetValue(subscription.Channel, out channel) || !channel.Listeners.Remove(subscription) || channel.Listeners.Count > 0)
            {
                return;
            }

            _channels.Remove(channel.Name);
            if (_ready is null || !channel.IsAsked)
            {
                return;
            }
        }

        channel.Ready.TrySetResult(false);
        _ = SendAsync(channel.IsSharded ? "SUNSUBSCRIBE"u8 : "UNSUBSCRIBE"u8, channel.Name);
    }

    /// <summary>Gets what tells whether a channel is heard.</summary>
    public Task<bool> ReadyAsync(string name)
    {
        Task<bool> ready;
        lock (_gate)
        {
            if (!_channels.TryGetValue(name, out var channel) || IsRefused(channel))
            {
                return Task.FromResult(false);
            }

            ready = channel.Ready.Task;
        }

        Ask([name]);
        return ready;
    }

    public void OnReady(RedisConnection connection)
    {
        string[] names;
        lock (_gate)
        {
            // A server that speaks RESP2 sends messages as replies, which no command waits for.
            _ready = connection.Server.Protocol >= 3 ? connection : null;
            names = [.. _channels.Keys];
            foreach (var channel in _channels.Values.Where(channel => channel.IsAsked))
            {
                channel.Lose();
            }
        }

        Ask(names);
        Array.ForEach(names, Tell);
    }

    public void OnPush(RedisConnection connection, RespReader push)
    {
        if (!push.Read() || push.Count < 2 || !push.Read())
        {
            return;
        }

        var kind = push.String;
        if (!push.Read() || push.String is not { } name)
        {
            return;
        }

        switch (kind)
        {
            case "message" or "smessage":
                Tell(name);
                break;
            case "subscribe" or "ssubscribe":
                lock (_gate)
                {
                    _channels.GetValueOrDefault(name)?.Ready.TrySetResult(true);
                }

                break;
            case "sunsubscribe" or "unsubscribe":
                // The slot has moved to another server; or somebody began to listen while the last one before left.
                lock (_gate)
                {
                    _channels.GetValueOrDefault(name)?.Lose();
                }

                Tell(name);
                break;
        }
    }

    public void OnClosed(RedisConnection connection, bool wasReady)
    {
        string[] names;
        lock (_gate)
        {
            if (_ready != connection)
            {
                return;
            }

            _ready = null;
            names = [.. _channels.Keys];
            foreach (var channel in _channels.Values)
            {
                channel.Lose();
            }
        }

        Array.ForEach(names, Tell);
    }

    /// <summary>Nothing is known of other connections.</summary>
    public bool HasHeardSince(long timestamp) => false;

    public void Dispose()
    {
        _slot.Dispose();
        lock (_gate)
        {
            foreach (var channel in _channels.Values)
            {
                channel.Ready.TrySetResult(false);
            }
        }
    }

    /// <summary>Tells whether a channel is not to be had at the moment.</summary>
    private bool IsRefused(Channel channel)
    {
        if (_refusedAt is { } at && TimeProvider.GetElapsedTime(at) >= RefusalPause)
        {
            _refusedAt = null;
        }

        return _refusedAt is not null && !channel.Ready.Task.IsCompleted;
    }

    private void Tell(string name)
    {
        Subscription[] listeners;
        lock (_gate)
        {
            listeners = _channels.TryGetValue(name, out var channel) ? [.. channel.Listeners] : [];
        }

        foreach (var listener in listeners)
        {
            listener.Hear();
        }
    }

    /// <summary>Asks for channels that have not been asked for on this connection.</summary>
    private void Ask(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            Channel? channel;
            lock (_gate)
            {
                channel = _channels.GetValueOrDefault(name);
                if (_ready is null || _refusedAt is not null || channel is null or { IsAsked: true })
                {
                    continue;
                }

                channel.IsAsked = true;
            }

            _ = SendAsync(channel.IsSharded ? "SSUBSCRIBE"u8 : "SUBSCRIBE"u8, name);
        }
    }

    private Task SendAsync(ReadOnlySpan<byte> word, string name)
    {
        // What is asked for is confirmed by a push. PING follows because each command must have a reply; a refusal is one more.
        var command = RedisCommand.Rent(word, 1).Add(name).AddPing();
        _slot.Send(command);
        return AwaitAsync(command);
    }

    private async Task AwaitAsync(RedisCommand command)
    {
        using (command)
        {
            using var reply = await command.Reply.ConfigureAwait(false);
            if (reply.IsError && reply.Failure is null)
            {
                Refuse();
            }
        }
    }

    private void Refuse()
    {
        lock (_gate)
        {
            _refusedAt = TimeProvider.GetTimestamp();
            foreach (var channel in _channels.Values.Where(channel => !channel.Ready.Task.IsCompleted))
            {
                channel.Lose();
            }
        }
    }

    private sealed class Channel(string name, bool isSharded)
    {
        public string Name => name;

        public bool IsSharded => isSharded;

        public HashSet<Subscription> Listeners { get; } = [];

        /// <summary>Gets what ends when the server has confirmed the channel.</summary>
        public TaskCompletionSource<bool> Ready { get; private set; } = NewReady();

        public bool IsAsked { get; set; }

        /// <summary>Begins anew.</summary>
        public void Lose()
        {
            Ready.TrySetResult(false);
            (Ready, IsAsked) = (NewReady(), false);
        }

        private static TaskCompletionSource<bool> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
