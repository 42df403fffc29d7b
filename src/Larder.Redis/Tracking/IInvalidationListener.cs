using Larder.Redis.Connections;

namespace Larder.Redis.Tracking;

/// <summary>A cache that hears from <see cref="InvalidationFeed"/>. Calls come on threads of connections, and must not block.</summary>
internal interface IInvalidationListener
{
    /// <summary>Gets what the keys of the cache begin with.</summary>
    string Prefix { get; }

    /// <summary>Gets the channel over which other processes tell of changes where the servers do not; <see langword="null"/> for none.</summary>
    ChangeChannel? Channel { get; }

    /// <summary>Gets the channels that are listened to in any case, on the connection that tells of changes.</summary>
    IReadOnlyList<string> SyncChannels { get; }

    /// <summary>A key was changed by somebody else, or may have been.</summary>
    /// <param name="key">The key, as the server has it.</param>
    void OnChanged(ReadOnlySpan<byte> key);

    /// <summary>A message came over a channel.</summary>
    /// <param name="node">The server that it came from.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="message">The message.</param>
    void OnMessage(RedisNode node, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message);

    /// <summary>Says until when all that the servers had to say is known to have come; zero when it is not known.</summary>
    /// <param name="untilMs">In milliseconds of <see cref="Tiers.CoarseTime.ExactMs"/>.</param>
    void OnTrust(long untilMs);

    /// <summary>What was written last may be lost: another server has taken the place of the one that was told, or it has begun anew.</summary>
    void OnSuccession();

    /// <summary>Changes of the keys of some server may have gone unheard: no copy is believed until <see cref="OnTrust"/> says so.</summary>
    void OnSuspect();

    /// <summary>Changes of the keys of a server may have gone unheard: what was copied from it is not to be believed. May take its time.</summary>
    /// <param name="node">The server.</param>
    void OnLost(RedisNode node);
}
