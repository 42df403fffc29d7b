using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Larder.Redis.Connections;

/// <summary>
/// A socket, with TLS or without. All calls block, so that each is one call of the system and no thread of the pool takes part; disposing it from
/// another thread ends a call that blocks.
/// </summary>
internal sealed class Transport : IDisposable
{
    private readonly Socket _socket;
    private Stream? _tls;

    public Transport(EndPoint endPoint)
    {
        _socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }

    /// <summary>Gets whether a write of a few kilobytes would not block.</summary>
    public bool IsWritable => _socket.Poll(0, SelectMode.SelectWrite);

    /// <summary>Connects. Host names are resolved each time.</summary>
    public void Connect(EndPoint endPoint, SslClientAuthenticationOptions? tls)
    {
        if (endPoint is DnsEndPoint dns)
        {
            _socket.Connect(dns.Host, dns.Port);
        }
        else
        {
            _socket.Connect(endPoint);
        }

        if (tls is not null)
        {
            var stream = new SslStream(new NetworkStream(_socket, ownsSocket: true));
            _tls = stream;
            stream.AuthenticateAsClient(tls);
        }
    }

    public int Read(Span<byte> buffer) => _tls is null ? _socket.Receive(buffer) : _tls.Read(buffer);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            _tls.Write(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public void Dispose() => _socket.Dispose();
}
