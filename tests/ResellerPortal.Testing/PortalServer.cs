using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Gateway;
using Xunit;

namespace ResellerPortal.Testing;

/// <summary>The real clock with an offset set by the test; timers run at their real pace.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;

    public void MoveTo(DateTimeOffset instant) => _offset = instant - base.GetUtcNow();
}

/// <summary>
/// The complete portal on real Kestrel with its own database and no demonstration data: a SQLite file, or a database of the server that
/// TEST_POSTGRESQL or TEST_SQLSERVER names, or one of PostgreSQL for tests with the trait <see cref="OnPostgreSql"/>.
/// </summary>
public sealed partial class PortalServer : WebApplicationFactory<Program>
{
    /// <summary>The value of the trait <see cref="DatabaseTrait"/> of tests whose portals run on PostgreSQL.</summary>
    public const string OnPostgreSql = "PostgreSQL";

    public const string DatabaseTrait = "Database";

    private readonly PostgreSqlHost? _postgreSql = PostgreSqlHost.Given ?? (IsForPostgreSql ? PostgreSqlHost.Own : null);

    private readonly SqlServerHost? _sqlServer;

    private readonly string _name = $"portal-test-{Guid.NewGuid():N}";
    private readonly Dictionary<string, string> _settings = [];

    private bool _isDropped;

    private PortalServer() => _sqlServer = _postgreSql is null ? SqlServerHost.Given : null;

    public ShiftedClock Clock { get; } = new();

    public TestData Data =>
        new(Services.GetRequiredService<PortalDatabase>(), Services.GetRequiredService<IDataProtectionProvider>(), Clock);

    /// <summary>The setting that connects another node to the same database.</summary>
    public (string, string) Storage => (
        "ConnectionStrings:Portal",
        _postgreSql?.Connection(_name) ?? _sqlServer?.Connection(_name) ?? $"Data Source={File}");

    private static bool IsForPostgreSql =>
        TestContext.Current.TestClass?.Traits.GetValueOrDefault(DatabaseTrait)?.Contains(OnPostgreSql) == true;

    private string File => Path.Combine(Path.GetTempPath(), $"{_name}.db");

    public Uri Address => ClientOptions.BaseAddress;

    public static PortalServer Start(DateTimeOffset? now = null, params (string Name, string Value)[] settings)
    {
        var server = new PortalServer();
        if (now is { } instant)
        {
            server.Clock.MoveTo(instant);
        }

        foreach (var (name, value) in settings)
        {
            server._settings[name] = value;
        }

        server._postgreSql?.Create(server._name);
        server.UseKestrel(0);
        server.StartServer();
        return server;
    }

    /// <summary>Creates a client that is not signed in and keeps cookies.</summary>
    public HttpClient Visitor() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = Address };

    public HttpClient Anonymous() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>Creates a gateway client that sends a token and expects JSON.</summary>
    public HttpClient WithToken(string secret)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    /// <summary>Creates a client that has signed in with the form.</summary>
    public async Task<HttpClient> SignedInAsync(string email, string password = TestData.Password)
    {
        var client = Visitor();
        using var answer = await SignInAsync(client, email, password);
        return answer.StatusCode == HttpStatusCode.Redirect
            ? client
            : throw new InvalidOperationException($"{email} could not sign in: {answer.StatusCode}");
    }

    public static Task<HttpResponseMessage> SignInAsync(HttpClient client, string email, string password) =>
        SubmitAsync(client, "/account/sign-in", "sign-in", ("Input.Email", email), ("Input.Password", password));

    /// <summary>Submits a page's form as a browser does, including the antiforgery token.</summary>
    /// <param name="form">Name of the form.</param>
    public static async Task<HttpResponseMessage> SubmitAsync(
        HttpClient client,
        string page,
        string form,
        params (string Name, string Value)[] fields)
    {
        var html = await client.GetStringAsync(page);
        using var content = new FormUrlEncodedContent(
            fields
                .Select(f => KeyValuePair.Create(f.Name, f.Value))
                .Append(new("_handler", form))
                .Append(new("__RequestVerificationToken", Token().Match(html).Groups[1].Value)));
        return await client.PostAsync(page, content);
    }

    /// <summary>Enters the password again, as sensitive actions require.</summary>
    public static async Task VerifyAsync(HttpClient client, string password = TestData.Password) =>
        (await SubmitAsync(client, "/account/verify", "password", ("password", password))).Dispose();

    /// <summary>Submits a form that posts to a different URL than its page.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        HttpClient client,
        string page,
        string address,
        params (string Name, string Value)[] fields)
    {
        var html = await client.GetStringAsync(page);
        using var content = new FormUrlEncodedContent(
            fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Append(
                new("__RequestVerificationToken", Token().Match(html).Groups[1].Value)));
        return await client.PostAsync(address, content);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_settings.GetValueOrDefault("environment", "Development"));
        builder.UseSetting("Database:Provider", _postgreSql is not null ? "PostgreSql" : _sqlServer is not null ? "SqlServer" : "Sqlite");
        builder.UseSetting("Database:MigrateOnStart", "true");
        builder.UseSetting(Storage.Item1, Storage.Item2);
        if (_postgreSql is not null)
        {
            builder.UseSetting("ConnectionStrings:PortalOwner", _postgreSql.OwnerConnection(_name));
            builder.UseSetting("Database:ScopeKey", PostgreSqlServer.ScopeKey);
        }
        else if (_sqlServer is not null)
        {
            builder.UseSetting("ConnectionStrings:PortalOwner", _sqlServer.OwnerConnection(_name));
        }

        builder.UseSetting("Demo:Seed", "false");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureTestServices(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)));
    }

    /// <summary>The test factory registers Kestrel again, so the application's own memory pool is added again after it.</summary>
    protected override IHost CreateHost(IHostBuilder builder) => base.CreateHost(builder.ConfigureServices(services =>
        services.Add(
            services.Single(s => s.ServiceType == typeof(IMemoryPoolFactory<byte>) && s.ImplementationType == typeof(SocketBuffers)))));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        SqliteConnection.ClearAllPools();
        if (_postgreSql is not null)
        {
            NpgsqlConnection.ClearAllPools();
        }

        if (disposing && !_isDropped)
        {
            _isDropped = true;
            _sqlServer?.Drop(_name);
        }

        foreach (var file in (string[])[File, File + "-wal", File + "-shm"])
        {
            System.IO.File.Delete(file);
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
