using System.Net;
using System.Net.Sockets;

namespace Larder.Testing.Faults;

/// <summary>
/// Listens at a loopback port that lies below the range of outgoing connections, so that a client which keeps trying to reach a stopped
/// server is not given that server's port.
/// </summary>
internal static class LoopbackListener
{
    private const int FirstPort = 10_000;
    private const int LastPort = 32_767;
    private const int Attempts = 1_000;

    public static Socket OpenAnywhere()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Open(Random.Shared.Next(FirstPort, LastPort + 1));
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < Attempts)
            {
                // The next one is as good.
            }
        }
    }

    public static Socket Open(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    /// <summary>Closes a connection so that the other side sees a reset.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // It is closed already.
        }

        socket.Dispose();
    }

    /// <summary>Whether an exception only says that a connection has ended.</summary>
    public static bool IsEnd(Exception exception) => exception is SocketException or ObjectDisposedException or OperationCanceledException or IOException;
}
