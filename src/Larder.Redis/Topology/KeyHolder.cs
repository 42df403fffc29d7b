using Larder.Redis.Connections;

namespace Larder.Redis.Topology;

/// <summary>A server that holds keys, and which: when these change, keys may have moved to it unseen.</summary>
/// <param name="Node">The server.</param>
/// <param name="Slots">Its slots; empty where there are none.</param>
/// <param name="Imports">The slots whose keys it is being sent at the moment.</param>
internal readonly record struct KeyHolder(RedisNode Node, string Slots = "", string Imports = "");
