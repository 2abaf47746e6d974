using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// A prepaid counter in Redis, as durable as it can be (<c>appendfsync always</c>): one script a conversion takes one from a token's
/// remaining count and appends to its list. There is no reservation, ledger, lot or customer.
/// </summary>
internal sealed class RedisCounter : IAsyncDisposable
{
    private const int Tokens = 64;

    private const string Script = """
        if redis.call('DECR', KEYS[1]) < 0 then return 0 end
        redis.call('RPUSH', KEYS[2], ARGV[1])
        return 1
        """;

    private readonly Process _server;
    private readonly ConnectionMultiplexer _connection;
    private readonly byte[] _script;

    private RedisCounter(Process server, ConnectionMultiplexer connection, byte[] script) =>
        (_server, _connection, _script) = (server, connection, script);

    /// <returns>Null if Debian's package redis-server is not installed.</returns>
    public static async Task<RedisCounter?> OpenAsync(string folder)
    {
        const string Program = "/usr/bin/redis-server";
        if (!File.Exists(Program))
        {
            return null;
        }

        var port = FindPort();
        var server = Process.Start(new ProcessStartInfo(
            Program,
            [
                "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                "--loglevel", "warning",
            ]))!;
        var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { $"127.0.0.1:{port}" },
            AbortOnConnectFail = false,
            ConnectRetry = 20,
            AllowAdmin = true,
        });
        var database = connection.GetDatabase();
        for (var token = 0; token < Tokens; token++)
        {
            await database.StringSetAsync($"left:{token}", 1_000_000_000);
        }

        return new RedisCounter(server, connection, await connection.GetServers().Single().ScriptLoadAsync(Script));
    }

    public async Task<long> ConvertAsync(int worker)
    {
        var token = worker % Tokens;
        var start = Stopwatch.GetTimestamp();
        var taken = await _connection.GetDatabase().ScriptEvaluateAsync(
            _script, [$"left:{token}", $"used:{token}"], [Guid.CreateVersion7().ToString()]);
        return (int)taken == 1 ? Stopwatch.GetTimestamp() - start : throw new InvalidOperationException("The limit is reached.");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    private static string FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
