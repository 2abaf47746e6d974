using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

public sealed class SecretsInLogsTests
{
    [Fact]
    public async Task A_run_that_uses_every_kind_of_secret_logs_none_of_them_and_stores_none_in_clear()
    {
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(
            null,
            [
                .. mail.Settings,
                ("Logging:LogLevel:Default", "Trace"),
                ("Logging:Console:LogLevel:Default", "None"),
                ("Logging:Console:LogLevel:Microsoft", "None"),
                ("Logging:LogLevel:Microsoft", "Debug"),
                ("ConvertApi:Secret", "upstream-secret-0815-4711"),
                ("Stripe:SecretKey", "sk_test_0815471147110815"),
                ("Stripe:WebhookSecret", "whsec_0815471147110815"),
            ]);
        using var log = new Memory();
        server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var secrets = new List<string>
        {
            TestData.Password,
            "upstream-secret-0815-4711",
            "sk_test_0815471147110815",
            "whsec_0815471147110815",
        };
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 100, 10);
        var customer = await server.Data.AddCustomerAsync(owner, "Acme");
        var token = await server.Data.IssueAsync(owner, customer);
        var tokens = server.Services.GetRequiredService<ApiTokenService>();
        var rotated = await TestData.Valued(tokens.RotateAsync(owner, token.Token.Id, TimeSpan.FromDays(1)));
        secrets.AddRange([token.Secret, rotated.Secret]);
        await TestData.Valued(server.Services.GetRequiredService<Core.Conversions.UpstreamSettingsService>().SetAsync(
            owner, new Core.Conversions.UpstreamSettingsChange("own-secret-0815-4711", "", true, false), []));
        secrets.Add("own-secret-0815-4711");
        await TestData.Valued(server.Services.GetRequiredService<Core.Conversions.UpstreamSettingsService>().SetAsync(
            owner, new Core.Conversions.UpstreamSettingsChange("", "", true, false), []));

        // Gateway: header, query string, JWT and invalid token.
        using var program = server.WithToken(rotated.Secret);
        using (var form = new MultipartFormDataContent { { new StringContent("hello"), "File", "a.txt" } })
        {
            (await program.PostAsync("/convert/txt/to/pdf", form)).EnsureSuccessStatusCode();
        }

        using var nobody = server.Anonymous();
        await nobody.GetAsync($"/convert/txt/to/pdf?Secret={token.Secret}&File=x");
        var minted = await (await program.PostAsync(
            "/token/jwt",
            new StringContent(
                $"{{\"Kid\":\"{token.Token.KeyId}\",\"ExpiresInSec\":600}}",
                Encoding.UTF8,
                "application/json"))).Content.ReadAsStringAsync();
        var jwt = System.Text.Json.JsonDocument.Parse(minted).RootElement.GetProperty("token").GetString()!;
        secrets.Add(jwt);
        await nobody.GetAsync($"/user?auth={jwt}");
        var wrong = TokenSecret.Create();
        secrets.Add(wrong);
        await nobody.GetAsync($"/user?Token={wrong}");

        // Users: invitation, wrong and correct passwords, password reset and authenticator.
        var invitation = await TestData.Valued(server.Services.GetRequiredService<TeamService>().InviteAsync(
            owner, TeamScope.ForActor(owner), "jane@northwind.example", Role.ResellerViewer));
        var key = server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true).Split('=')[^1];
        secrets.Add(key);
        using var jane = server.Visitor();
        using var joined = await PortalServer.SubmitAsync(
            jane, "/account/invitation?key=" + key, "register", ("password", "seven purple umbrellas"));
        secrets.Add("seven purple umbrellas");
        using var failed = await PortalServer.SignInAsync(server.Visitor(), "jane@northwind.example", "a wrong password of hers");
        secrets.Add("a wrong password of hers");
        using var forgot = await PortalServer.SubmitAsync(
            server.Visitor(), "/account/forgot", "forgot", ("email", "jane@northwind.example"));
        string? code = null;
        for (var i = 0; code is null && i < 20; i++)
        {
            var message = (await mail.MessageAsync(i)).Replace("=\r\n", "", StringComparison.Ordinal).Replace(
                "=3D", "=", StringComparison.Ordinal);
            code = message.Contains("/account/reset", StringComparison.Ordinal)
                ? Uri.UnescapeDataString(message[(message.IndexOf("code=", StringComparison.Ordinal) + 5)..].Split('\r', '\n', ' ')[0])
                : null;
        }

        secrets.Add(code!);
        await PortalServer.VerifyAsync(jane, "seven purple umbrellas");
        await jane.GetStringAsync("/account");
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        var cookie = joined.Headers
            .GetValues("Set-Cookie")
            .First(c => c.StartsWith("portal=", StringComparison.Ordinal))
            .Split(';')[0]["portal=".Length..];
        secrets.Add(cookie);
        secrets.Add((await db.UserTokens.SingleAsync(t => t.Name == "AuthenticatorKey")).Value!);

        var text = log.Text;
        Assert.True(text.Length > 10_000, "Nothing was logged.");
        Assert.Matches("Sign-in by Password of user [0-9a-f-]{36} from (127.0.0.1|::1|::ffff:127.0.0.1): Failed", text);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(Uri.EscapeDataString(secret), text, StringComparison.Ordinal));
        await AssertNotStoredAsync(db, secrets.Except([(await db.UserTokens.SingleAsync(t => t.Name == "AuthenticatorKey")).Value!]));
    }

    /// <summary>Asserts that the raw database file contains no secret in plain text.</summary>
    private static async Task AssertNotStoredAsync(Core.Persistence.PortalDbContext db, IEnumerable<string> secrets)
    {
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        var file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        var content = Encoding.Latin1.GetString(memory.ToArray());
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, content, StringComparison.Ordinal));
    }

    private sealed class Memory : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string Text => string.Join('\n', _lines);

        public ILogger CreateLogger(string categoryName) => new Line(categoryName, _lines);

        public void Dispose()
        {
        }

        private sealed class Line(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                lines.Enqueue($"scope {state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{category} {formatter(state, exception)} {exception}");
        }
    }
}
