namespace Larder.Redis.Protocol;

/// <summary>The server sent what is no RESP, or more than the limits allow. The order of replies is in doubt: the connection must be closed.</summary>
internal sealed class RespProtocolException(string message) : Exception(message);
