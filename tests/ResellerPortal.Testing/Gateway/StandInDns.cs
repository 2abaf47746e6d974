using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResellerPortal.Testing;

/// <summary>A name server on a real UDP socket that knows the records a test gives it.</summary>
public sealed class StandInDns : IAsyncDisposable
{
    private const int HeaderLength = 12;
    private const ushort Address4 = 1, Alias = 5, Text = 16, Address6 = 28;
    private const int NameError = 3;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<(string Name, ushort Type), byte[][]> _records = new();
    private readonly Task _loop;

    public StandInDns() => _loop = RunAsync();

    /// <summary>Whether questions remain without an answer.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The address and port, as the setting Gateway:DnsServer takes it.</summary>
    public string Address => _socket.Client.LocalEndPoint!.ToString()!;

    public void SetText(string name, params string[] values) =>
        _records[(name, Text)] = [.. values.Select(v => (byte[])[(byte)v.Length, .. Encoding.ASCII.GetBytes(v)])];

    public void SetAlias(string name, string target) => _records[(name, Alias)] = [EncodeName(target)];

    public void SetAddresses(string name, params string[] addresses)
    {
        var parsed = addresses.Select(IPAddress.Parse).ToList();
        _records[(name, Address4)] = Bytes(AddressFamily.InterNetwork);
        _records[(name, Address6)] = Bytes(AddressFamily.InterNetworkV6);

        byte[][] Bytes(AddressFamily family) => [.. parsed.Where(a => a.AddressFamily == family).Select(a => a.GetAddressBytes())];
    }

    public void Remove(string name)
    {
        foreach (var key in _records.Keys.Where(key => key.Name == name))
        {
            _records.TryRemove(key, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync(_stopping.Token);
                if (!IsSilent)
                {
                    await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint, _stopping.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    /// <summary>Header, the question again, and its records; an alias comes with the records of its target.</summary>
    private byte[] Answer(byte[] question)
    {
        var (name, end) = DecodeName(question);
        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end));
        var answers = new List<byte[]>();
        var owner = name;
        while (type is Address4 or Address6 && _records.TryGetValue((owner, Alias), out var alias))
        {
            answers.Add(Record(owner, Alias, alias[0]));
            owner = DecodeName([.. new byte[HeaderLength], .. alias[0]]).Name;
        }

        answers.AddRange(_records.GetValueOrDefault((owner, type), []).Select(data => Record(owner, type, data)));
        var isKnown = answers.Count > 0 || _records.Keys.Any(key => key.Name == name);
        var header = new byte[HeaderLength];
        question.AsSpan(0, 2).CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(0x8580 | (isKnown ? 0 : NameError)));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), (ushort)answers.Count);
        return [.. header, .. question[HeaderLength..(end + 4)], .. answers.SelectMany(a => a)];
    }

    private static byte[] Record(string name, ushort type, byte[] data)
    {
        var rest = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(rest, type);
        BinaryPrimitives.WriteUInt16BigEndian(rest.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt16BigEndian(rest.AsSpan(8), (ushort)data.Length);
        return [.. EncodeName(name), .. rest, .. data];
    }

    private static byte[] EncodeName(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    private static (string Name, int End) DecodeName(byte[] message)
    {
        var labels = new List<string>();
        var at = HeaderLength;
        for (; message[at] > 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]).ToLowerInvariant());
        }

        return (string.Join('.', labels), at + 1);
    }
}
