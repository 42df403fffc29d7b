using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>Is told what a server sends that is no reply, on the thread that reads; it must not block.</summary>
/// <param name="node">The server.</param>
/// <param name="push">What it sent, from its beginning.</param>
internal delegate void PushHandler(RedisNode node, RespReader push);
