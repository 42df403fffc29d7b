using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>Where a command goes after it was refused.</summary>
/// <param name="Node">The server to ask; <see langword="null"/> when the refusal stands.</param>
/// <param name="IsAsking">Whether the server must be told that it is asked for a slot that it is only about to get.</param>
/// <param name="Waits">Whether to wait a little, and then ask whoever serves the key: the servers are changing.</param>
internal readonly record struct Redirection(RedisNode? Node, bool IsAsking = false, bool Waits = false);
