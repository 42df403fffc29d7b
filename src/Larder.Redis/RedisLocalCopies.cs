namespace Larder.Redis;

/// <summary>How the copies in the memory of a process are kept in step with what is in Redis.</summary>
public enum RedisLocalCopies
{
    /// <summary>
    /// The server tells each process of changes of what it has read (<c>CLIENT TRACKING</c>), whoever makes them; where it may not be asked to, the processes tell each other.
    /// </summary>
    Auto,

    /// <summary>
    /// The server tells each process of all changes of keys of the cache, read or not (<c>CLIENT TRACKING</c> with <c>BCAST</c>): it need not remember what was read, and has more to say.
    /// </summary>
    Broadcast,

    /// <summary>The processes tell each other of changes, over a channel of the server: what other programs change is not heard of.</summary>
    Channel,

    /// <summary>There are no copies: each read goes to the server.</summary>
    None,
}
