using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ResellerPortal.Testing;

/// <summary>
/// The network between a program and a server on this machine, which a test cuts: silently, as a firewall does that forgets its
/// connections, or with resets, as a router does that restarts.
/// </summary>
public sealed class CuttableNetwork : IAsyncDisposable
{
    private readonly int _serverPort;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Link, byte> _links = new();
    private readonly Task _accepting;
    private volatile bool _isSilent;
    private volatile bool _isResetting;

    private CuttableNetwork(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Leads to the server's port.</summary>
    public int Port { get; }

    public static CuttableNetwork Start(int serverPort) => new(serverPort);

    /// <summary>
    /// Drops whatever either side sends, while both believe to be connected. Connections of before and meanwhile stay so for ever: healing
    /// helps new ones alone, and not even the end of one is passed on.
    /// </summary>
    public void Silence()
    {
        _isSilent = true;
        foreach (var link in _links.Keys)
        {
            link.Silence();
        }
    }

    /// <summary>Resets all connections, and new ones until it is healed.</summary>
    public void Reset()
    {
        _isResetting = true;
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }
    }

    public void Heal() => (_isSilent, _isResetting) = (false, false);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket caller;
            try
            {
                caller = await _listener.AcceptSocketAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => RunAsync(new Link(caller)));
        }
    }

    private async Task RunAsync(Link link)
    {
        _links.TryAdd(link, 0);
        if (_isSilent)
        {
            link.Silence();
        }

        if (_isResetting)
        {
            link.Reset();
        }

        await link.RunAsync(_serverPort);
        if (!link.IsSilent)
        {
            _links.TryRemove(link, out _);
        }
    }

    /// <summary>A connection of a caller, and its other half to the server.</summary>
    private sealed class Link(Socket caller)
    {
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp);

        private volatile bool _isSilent;

        public bool IsSilent => _isSilent;

        public void Silence() => _isSilent = true;

        public void Reset()
        {
            Reset(caller);
            Reset(_server);
        }

        /// <returns>Returns once neither side sends any more. If it is silent by then, the sockets stay open.</returns>
        public async Task RunAsync(int serverPort)
        {
            try
            {
                if (!_isSilent)
                {
                    (caller.NoDelay, _server.NoDelay) = (true, true);
                    await _server.ConnectAsync(IPAddress.Loopback, serverPort);
                }

                await (await Task.WhenAny(CopyAsync(caller, _server), CopyAsync(_server, caller)));
            }
            catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
            {
                // One of them is not there any more.
            }

            if (!_isSilent)
            {
                Reset();
            }
        }

        private async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                for (var sent = 0; !_isSilent && sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }

        private static void Reset(Socket socket)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, 0);
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // It has ended already.
            }

            socket.Dispose();
        }
    }
}
