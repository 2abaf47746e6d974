using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ResellerPortal.Testing;

/// <summary>A temporary PostgreSQL server from Debian's package, deleted when disposed.</summary>
public sealed class PostgreSqlServer : IDisposable
{
    /// <summary>The setting Database:ScopeKey of every portal in the tests.</summary>
    public const string ScopeKey = "a key for tests of forty-two characters";

    private const string Owner = "portal_owner";

    private readonly DirectoryInfo _folder;
    private readonly string _programs;
    private readonly string _options;

    private PostgreSqlServer(DirectoryInfo folder, string programs, int port, string settings)
    {
        (_folder, _programs, Port) = (folder, programs, port);
        _options = $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 {settings}";
    }

    public int Port { get; }

    /// <param name="settings">Server settings that override the defaults, such as "fsync=off".</param>
    public static PostgreSqlServer Start(params string[] settings)
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .EnumerateDirectories("/usr/lib/postgresql")
                .Order(StringComparer.Ordinal)
                .Select(d => Path.Combine(d, "bin"))
                .LastOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            : null;
        if (programs is null)
        {
            throw new InvalidOperationException("PostgreSQL is missing. Install Debian's package postgresql; tests/run does so as root.");
        }

        var folder = Directory.CreateTempSubdirectory("portal-postgres-");
        var server = new PostgreSqlServer(folder, programs, FreePort(), string.Join(' ', settings.Select(s => "-c " + s)));
        if (Environment.UserName == "root")
        {
            Run("chown", "postgres", folder.FullName);
        }

        server.RunAsOwner("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N");
        server.Run();

        // As in production: neither is a superuser, and the portal's role, which migrations create, owns nothing.
        server.RunAsOwner(
            "createuser",
            "-h",
            "127.0.0.1",
            "-p",
            server.Port.ToString(CultureInfo.InvariantCulture),
            "-U",
            "postgres",
            "--createdb",
            "--createrole",
            Owner);
        return server;
    }

    /// <summary>Connects the running portal to a database that EF creates on migration.</summary>
    public string Connection(string database) => $"Host=127.0.0.1;Port={Port};Username=portal;Database={database}";

    /// <summary>Connects to the database as the owner of its tables.</summary>
    public string OwnerConnection(string database) => $"Host=127.0.0.1;Port={Port};Username={Owner};Database={database}";

    /// <summary>The settings of a portal with its data in a database of this server.</summary>
    public (string Name, string Value)[] CreateSettings(string database) =>
    [
        ("Database:Provider", "PostgreSql"),
        ("Database:ScopeKey", ScopeKey),
        ("ConnectionStrings:Portal", Connection(database)),
        ("ConnectionStrings:PortalOwner", OwnerConnection(database)),
    ];

    /// <summary>Restarts the server after <see cref="Crash"/>.</summary>
    public void Run() => RunAsOwner("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder.FullName, "log"), "-o", _options, "start");

    /// <summary>Stops the server as a crash would: connections break, and it recovers on the next start.</summary>
    public void Crash() => RunAsOwner("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>
    /// Kills all of the server's processes at once, so that what they have not written yet is lost, as in a power cut. Start it again with
    /// <see cref="Run()"/>.
    /// </summary>
    public void Kill()
    {
        const string Script = """
            all="$1 $(cat /proc/$1/task/$1/children)"
            kill -9 $all
            for one in $all; do while grep -qs '^State:.[^ZX]' /proc/$one/status; do :; done; done
            rm "$2"
            """;

        // The file would stand for a running server as long as nobody has waited for its process.
        var file = Path.Combine(Data, "postmaster.pid");
        Run("/bin/sh", "-c", Script, "sh", File.ReadLines(file).First(), file);
    }

    /// <summary>The processor time of the server's running processes.</summary>
    public TimeSpan GetProcessorTime()
    {
        var main = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        var ids = File.ReadAllText($"/proc/{main}/task/{main}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return ids.Aggregate(TimeSpan.Zero, (sum, id) =>
        {
            using var process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
            return sum + process.TotalProcessorTime;
        });
    }

    /// <summary>Connects as the administrator.</summary>
    public string AdministratorConnection(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    public void Dispose()
    {
        // A test that failed may have left it stopped.
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            Crash();
        }

        _folder.Delete(recursive: true);
    }

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private void RunAsOwner(string program, params string[] arguments)
    {
        var path = Path.Combine(_programs, program);
        if (Environment.UserName == "root")
        {
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        // The server keeps inherited handles open, so its output is not redirected.
        using var process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "cd / && exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    /// <summary>
    /// Below those that systems give to whoever asks for any, so that nobody takes it while the server is down.
    /// </summary>
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(16_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // It is taken.
            }
        }
    }
}
