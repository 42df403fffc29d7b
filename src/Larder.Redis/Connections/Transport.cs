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
    private readonly Lock _gate = new();
    private Socket? _opened;
    private Stream? _tls;
    private bool _isDisposed;

    /// <summary>Gets whether a write of a few kilobytes would not block.</summary>
    public bool IsWritable => Socket.Poll(0, SelectMode.SelectWrite);

    private Socket Socket => _opened ?? throw new InvalidOperationException("The transport is not connected.");

    /// <summary>Connects. Host names are resolved each time.</summary>
    public void Connect(EndPoint endPoint, SslClientAuthenticationOptions? tls)
    {
        var socket = Open(endPoint);
        if (endPoint is DnsEndPoint dns)
        {
            socket.Connect(dns.Host, dns.Port);
        }
        else
        {
            socket.Connect(endPoint);
        }

        if (tls is not null)
        {
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            _tls = stream;
            stream.AuthenticateAsClient(tls);
        }
    }

    public int Read(Span<byte> buffer) => _tls is null ? Socket.Receive(buffer) : _tls.Read(buffer);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_tls is not null)
        {
            _tls.Write(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    public void Dispose()
    {
        End();
        _opened?.Dispose();
    }

    /// <summary>
    /// Ends the connection without regard to what has not arrived yet. A system that closes a socket in order goes on sending, for minutes where the line is broken: a command that was given
    /// up long ago would be carried out after what came later.
    /// </summary>
    public void Abort()
    {
        End();
        _opened?.Close(timeout: 0);
    }

    private void End()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }
    }

    /// <summary>Makes the socket. It can fail, as where no more files may be open, and then only this attempt does.</summary>
    private Socket Open(EndPoint endPoint)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _opened = endPoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        }
    }
}
