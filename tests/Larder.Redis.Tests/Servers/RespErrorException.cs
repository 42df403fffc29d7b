namespace Larder.Redis.Tests.Servers;

/// <summary>An error reply, such as <c>NOPERM …</c>.</summary>
public sealed class RespErrorException(string message) : Exception(message);
