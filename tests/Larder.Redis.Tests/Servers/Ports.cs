using System.Net;
using System.Net.Sockets;

namespace Larder.Redis.Tests.Servers;

/// <summary>
/// Loopback ports for servers. They lie below the range from which the system takes the ports of outgoing connections: a client that
/// keeps trying to reach a server that is down could otherwise be given that very port, take it from the server, or talk to itself.
/// </summary>
internal static class Ports
{
    private const int First = 10_000;
    private const int Last = 32_767;
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [16_379];

    /// <summary>Finds a port that nothing listens on and that no other caller in this process was given.</summary>
    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                var port = Random.Shared.Next(First, Last + 1);
                if (IsFree(port) && Taken.Add(port))
                {
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
