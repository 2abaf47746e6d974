using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>What users and customers' programs see while the database is away.</summary>
public sealed class DatabaseOutageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Open_pages_stay_and_programs_are_asked_to_send_again_while_the_database_is_away()
    {
        using var postgres = PostgreSqlServer.Start("fsync=off");
        using var server = PortalServer.Start(settings: postgres.CreateSettings("portal"));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 100, 1m);
        using var client = server.WithToken(
            (await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"))).Secret);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync("/reseller/customers", "Customers");
        await owner.SeesRowAsync("Acme");

        // The navigation is read from the database too, and may come after the page's rows.
        var ledger = owner.Page.GetByRole(AriaRole.Link, new() { Name = "Usage", Exact = true });
        await Assertions.Expect(ledger).ToBeVisibleAsync();
        using var log = new SessionChecks();
        server.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var pages = 0;
        owner.Page.DOMContentLoaded += (_, _) => Interlocked.Increment(ref pages);

        postgres.Crash();
        await Eventually.TrueAsync(() => !log.Lines.IsEmpty, "the open page's session is to be checked");
        await ledger.ClickAsync();
        await owner.SeesAsync("This page could not be opened");
        using (var refused = await ConvertAsync(client))
        {
            var error = await refused.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal((HttpStatusCode.ServiceUnavailable, 5001), (refused.StatusCode, error.GetProperty("Code").GetInt32()));
        }

        postgres.Run();
        await Eventually.TrueAsync(
            async Task<bool> () =>
            {
                using var answer = await ConvertAsync(client);
                return answer.StatusCode == HttpStatusCode.OK;
            },
            "the gateway converts again");
        await Eventually.TrueAsync(
            async Task<bool> () =>
            {
                var again = owner.Page.GetByRole(AriaRole.Button, new() { Name = "Try again", Exact = true });
                var row = owner.Row("txt → pdf").First;
                await again.Or(ledger).First.ClickAsync();
                await Assertions.Expect(row.Or(again).Or(owner.Page.GetByText("Something went wrong")).First).ToBeVisibleAsync();
                return await row.IsVisibleAsync();
            },
            "the page shows what it was asked for");
        Assert.Equal(0, Volatile.Read(ref pages));
    }

    private static async Task<HttpResponseMessage> ConvertAsync(HttpClient client)
    {
        using var form = new MultipartFormDataContent { { new StringContent("Hello"), "File", "a.txt" } };
        return await client.PostAsync("/convert/txt/to/pdf", form);
    }

    /// <summary>The messages about checks of sessions that failed.</summary>
    private sealed class SessionChecks : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            if (line.Contains("session could not be checked", StringComparison.Ordinal)
                || line.Contains("revalidating authentication state", StringComparison.Ordinal))
            {
                Lines.Enqueue(line);
            }
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
