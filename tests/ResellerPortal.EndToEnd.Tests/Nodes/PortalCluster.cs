using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.Nodes;

/// <summary>Three nodes of the portal, each a process of its own with its own network to the PostgreSQL server that they share.</summary>
internal sealed class PortalCluster : IAsyncDisposable
{
    public const int NodeCount = 3;

    private const string DatabaseName = "portal";

    /// <summary>
    /// Its commits take as long as on a slow disk, so that kills come between what is answered and what is on disk.
    /// </summary>
    private readonly PostgreSqlServer _server = PostgreSqlServer.Start("commit_delay=15000", "commit_siblings=0");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-nodes-");
    private readonly Node[] _nodes = new Node[NodeCount];
    private readonly string[] _settings;

    private PortalCluster(IEnumerable<(string Name, string Value)> settings)
    {
        _settings = [.. settings.Select(s => $"--{s.Name}={s.Value}")];
        Database = new PortalDatabase(
            new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), _server.Connection(DatabaseName));
    }

    /// <summary>Reaches the server without any of the networks that are cut.</summary>
    public PortalDatabase Database { get; }

    /// <summary>Where each node listens. A node that was started again has another address.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _nodes.Select(node => node.Address)];

    /// <summary>The last lines that the nodes wrote, for the report of a failure.</summary>
    public string Log => string.Join('\n', _nodes.SelectMany((node, index) => node.Lines.Select(line => $"node {index}: {line}")));

    /// <summary>Creates the database, then fills it and starts the nodes.</summary>
    public static async Task<PortalCluster> StartAsync(
        IEnumerable<(string Name, string Value)> settings,
        Func<PortalDatabase, Task> prepare)
    {
        var cluster = new PortalCluster(settings);
        try
        {
            await cluster.Database.MigrateAsync(cluster._server.OwnerConnection(DatabaseName));
            for (var i = 0; i < NodeCount; i++)
            {
                cluster._nodes[i] = new Node(CuttableNetwork.Start(cluster._server.Port));
            }

            await Task.WhenAll(Enumerable.Range(0, NodeCount).Select(cluster.StartNodeAsync).Append(prepare(cluster.Database)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public CuttableNetwork GetNetwork(int node) => _nodes[node].Network;

    /// <returns>Returns once the node is ready.</returns>
    public async Task StartNodeAsync(int node)
    {
        var target = _nodes[node];
        (target.Process, target.Address) = await PortalProcess.ServeAsync(
            _folder, target.Write, [.. _settings, .. GetStorage(target.Network.Port)]);
    }

    /// <summary>Ends a node without warning.</summary>
    public async Task KillAsync(int node)
    {
        if (_nodes[node]?.Process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _nodes[node].Process = null;
        }
    }

    /// <summary>Restarts the server without warning; it recovers from its log.</summary>
    public void RestartServer()
    {
        _server.Crash();
        _server.Run();

        // Those of this process, which are not what is tested.
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Runs a command of the portal beside the nodes.</summary>
    public Task<(int Code, string Output)> RunAsync(params string[] command) =>
        PortalProcess.RunAsync(_folder, [.. command, .. GetStorage(_server.Port)]);

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < NodeCount && _nodes[i] is { } node; i++)
        {
            await KillAsync(i);
            await node.Network.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        _server.Dispose();
        _folder.Delete(recursive: true);
    }

    private IEnumerable<string> GetStorage(int port) => _server.CreateSettings(DatabaseName)
        .Select(s => $"--{s.Name}={s.Value.Replace($"Port={_server.Port};", $"Port={port};", StringComparison.Ordinal)}")
        .Append("--Database:MigrateOnStart=false")
        .Append("--Logging:LogLevel:ResellerPortal.Core.Metering=Warning");

    private sealed class Node(CuttableNetwork network)
    {
        private const int MostLines = 1000;

        public CuttableNetwork Network { get; } = network;

        public Process? Process { get; set; }

        public Uri Address { get; set; } = new("http://127.0.0.1:1/");

        public ConcurrentQueue<string> Lines { get; } = new();

        public void Write(string line)
        {
            // Of a stack trace only the portal's own methods.
            if (line.TrimStart().StartsWith("at ", StringComparison.Ordinal) && !line.Contains(" in /", StringComparison.Ordinal))
            {
                return;
            }

            Lines.Enqueue(line);
            while (Lines.Count > MostLines)
            {
                Lines.TryDequeue(out _);
            }
        }
    }
}
