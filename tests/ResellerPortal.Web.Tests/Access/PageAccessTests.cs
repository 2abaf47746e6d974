using System.Net;
using Microsoft.AspNetCore.Authorization;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Access;

public sealed class PageAccessTests
{
    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Public endpoints. A new public endpoint that is not listed fails the test below.</summary>
    private static readonly string[] Open =
    [
        "/account/sign-in", "/account/denied", "/account/not-found", "/account/error", "/account/two-factor", "/account/forgot",
        "/account/reset",
        "/account/invitation", "/account/privacy", "/account/passkeys/ask", "/account/provider", "/account/provider/{name}",
        "/convert/{from}/to/{to}", "/convert/{from}/to/{to}/converter/{converter}", "/async/convert/{from}/to/{to}",
        "/async/convert/{from}/to/{to}/converter/{converter}",
        "/convert/{**rest}", "/async/{**rest}",
        "/async/job/{name}", "/job/{name}", "/upload", "/upload-from-url", "/d/{fileId}/{name?}", "/d/{fileId}/info",
        "/user", "/user/statistic", "/token/create", "/token/{id}", "/token/jwt",
        "/sandbox/convert/{from}/to/{to}", "/sandbox/async/convert/{from}/to/{to}", "/sandbox/async/job/{id}", "/sandbox/upload",
        "/sandbox/convert/{from}/to/{to}/converter/{converter}", "/sandbox/async/convert/{from}/to/{to}/converter/{converter}",
        "/sandbox/upload-from-url", "/sandbox/d/{fileId}",
        "/pay/{Key}", "/webhooks/stripe", "/webhooks/stripe/{reseller:guid}",
        "/healthz", "/readyz", "/gateway-host",
    ];

    [Fact]
    public void Only_what_is_meant_to_be_open_is_reached_without_signing_in()
    {
        using var server = PortalServer.Start();

        var open = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && !IsStaticAsset(e))
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Distinct();

        Assert.Equal(Open.Order(), open.Order());
    }

    [Theory]
    [InlineData(
        "/operator",
        "/operator/orders",
        "/operator/plans",
        "/operator/resellers",
        "/operator/converters",
        "/operator/payments",
        "/operator/health",
        "/operator/reconciliation",
        "/operator/team",
        "/operator/history",
        "/operator/history.csv")]
    [InlineData(
        "/reseller",
        "/reseller/plans",
        "/reseller/customers",
        "/reseller/ledger",
        "/reseller/month-end",
        "/reseller/invoices",
        "/reseller/invoice-settings",
        "/reseller/invoice-settings/sample.pdf",
        "/reseller/emails",
        "/reseller/month-close",
        "/reseller/month-close.csv?month=2026-10",
        "/reseller/vat-report",
        "/reseller/vat-report.csv?period=2026-Q4",
        "/reseller/ec-sales-list.xlsx?period=2026",
        "/reseller/documents.xlsx?month=2026-10",
        "/reseller/ledger.json",
        "/reseller/journal.csv?month=2026-10",
        "/reseller/journal/xero?month=2026-10",
        "/reseller/journal/quickbooks?month=2026-10",
        "/reseller/journal/lexware-office?month=2026-10",
        "/reseller/general-ledger.csv?month=2026-10",
        "/reseller/year-archive",
        "/reseller/year-archive.zip?year=2026",
        "/reseller/pricing",
        "/reseller/currencies",
        "/reseller/bank",
        "/reseller/payments",
        "/reseller/ledger.csv",
        "/reseller/history",
        "/reseller/history.csv",
        "/reseller/team",
        "/reseller/import",
        "/reseller/gateway",
        "/reseller/reconciliation")]
    [InlineData(
        "/my",
        "/my/tokens",
        "/my/invoices",
        "/my/balance",
        "/my/statement",
        "/my/statement.pdf",
        "/my/quick-start",
        "/my/team",
        "/my/people.json",
        "/my/ledger",
        "/my/ledger.csv",
        "/my/ledger.ndjson")]
    public async Task Each_area_admits_only_its_own_members(params string[] addresses)
    {
        using var server = PortalServer.Start();
        await server.Data.AddOperatorAsync("operator@test.example");
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddCustomerAsync(owner, "Acme");
        var members = new (string Area, HttpClient Client)[]
        {
            ("/operator", await server.SignedInAsync("operator@test.example")),
            ("/reseller", await server.SignedInAsync("owner@northwind.example")),
            ("/my", await server.SignedInAsync("admin@acme.example")),
        };

        foreach (var address in addresses)
        {
            Assert.Contains(
                "/account/sign-in", (await server.Anonymous().GetAsync(address)).Headers.Location!.ToString(), StringComparison.Ordinal);
            foreach (var (area, client) in members)
            {
                var answer = await client.GetAsync(address);
                if (address.StartsWith(area, StringComparison.Ordinal))
                {
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                }
                else
                {
                    Assert.Contains("/account/denied", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task Signing_in_leads_to_the_members_own_area()
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddCustomerAsync(owner, "Acme");

        Assert.Equal(
            "/reseller", (await (await server.SignedInAsync("owner@northwind.example")).GetAsync("/")).Headers.Location!.ToString());
        Assert.Equal("/my", (await (await server.SignedInAsync("admin@acme.example")).GetAsync("/")).Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("pdf")]
    [InlineData("xml")]
    [InlineData("cii.xml")]
    public async Task Another_tenants_invoice_is_not_found(string kind)
    {
        using var server = PortalServer.Start(MidOctober);
        var (owner, acme) = await SellAsync(server, "northwind", "Acme");
        await SellAsync(server, "fabrikam", "Initech");
        await server.Data.AddCustomerAsync(owner, "Neighbour");
        var invoice = await InvoiceOctoberAsync(server, owner);

        Assert.Equal(
            HttpStatusCode.OK,
            (await (await server.SignedInAsync("owner@northwind.example")).GetAsync($"/reseller/invoices/{invoice.Id}.{kind}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK,
            (await (await server.SignedInAsync("admin@acme.example")).GetAsync($"/my/invoices/{invoice.Id}.{kind}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await (await server.SignedInAsync("owner@fabrikam.example")).GetAsync($"/reseller/invoices/{invoice.Id}.{kind}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await (await server.SignedInAsync("admin@initech.example")).GetAsync($"/my/invoices/{invoice.Id}.{kind}")).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await (await server.SignedInAsync("admin@neighbour.example")).GetAsync($"/my/invoices/{invoice.Id}.{kind}")).StatusCode);
        Assert.Equal(acme.Id, invoice.CustomerId);
    }

    [Fact]
    public async Task The_export_holds_the_resellers_own_entries_alone_and_no_formulas()
    {
        using var server = PortalServer.Start(MidOctober);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 100, 2);
        var customer = await server.Data.AddCustomerAsync(owner, "Acme");
        var details = new Core.Accounts.CustomerDetails("=1+1", customer.Email, customer.Address, null, TaxTreatment.Standard, 3, null);
        await TestData.Valued(server.Data.Customers.UpdateAsync(owner, customer.Id, details));
        var token = await server.Data.IssueAsync(owner, customer);
        await server.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(token, MidOctober.AddDays(-1)), TestData.Fact(token, MidOctober.AddDays(-2), 2)]);
        await SellAsync(server, "fabrikam", "Initech");

        var lines = (await (await server.SignedInAsync("owner@northwind.example")).GetStringAsync("/reseller/ledger.csv")).Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);
        var filtered = (await (await server.SignedInAsync("owner@northwind.example")).GetStringAsync(
            "/reseller/ledger.csv?from=2026-10-14")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal((3, 2), (lines.Length, filtered.Length));
        Assert.All(lines.Skip(1), line => Assert.DoesNotContain(",=1+1", line, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("Initech", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ledger_with_cost_and_salts_goes_to_its_reseller_alone()
    {
        using var server = PortalServer.Start(MidOctober);
        var (_, acme) = await SellAsync(server, "northwind", "Acme");
        await SellAsync(server, "fabrikam", "Initech");
        var address = $"/reseller/customers/{acme.Id}/ledger.ndjson";

        var own = await (await server.SignedInAsync("owner@northwind.example")).GetStringAsync(address);
        var foreign = await (await server.SignedInAsync("owner@fabrikam.example")).GetAsync(address);
        var customer = await (await server.SignedInAsync("admin@acme.example")).GetAsync(address);
        var mine = await (await server.SignedInAsync("admin@acme.example")).GetStringAsync("/my/ledger.ndjson");
        var csv = await (await server.SignedInAsync("admin@acme.example")).GetStringAsync("/my/ledger.csv");

        Assert.Contains("\"salt\"", own, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, customer.StatusCode);
        Assert.All((string[])[mine, csv], text =>
        {
            Assert.Contains(acme.Id.ToString(), text, StringComparison.Ordinal);
            Assert.DoesNotContain("salt", text, StringComparison.Ordinal);
            Assert.DoesNotContain("15000", text, StringComparison.Ordinal);
        });
        Assert.Equal(2, csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task What_a_customer_downloads_says_nothing_of_the_resellers_cost()
    {
        using var server = PortalServer.Start(MidOctober);
        var (owner, _) = await SellAsync(server, "northwind", "Acme");
        await server.Data.PriceAsync(owner, null, new Markup.CostPlusPercent(50), new DateOnly(2026, 10, 1));
        var invoice = await InvoiceOctoberAsync(server, owner);
        var snapshot = InvoiceSnapshot.Parse(invoice.Snapshot!);

        using var customer = await server.SignedInAsync("admin@acme.example");
        string[] texts = [
            PdfText.Read(await customer.GetByteArrayAsync($"/my/invoices/{invoice.Id}.pdf")),
            await customer.GetStringAsync($"/my/invoices/{invoice.Id}.xml"),
        ];

        // The lot cost 0.015 per conversion, 3.75 for 250.
        foreach (var text in texts)
        {
            Assert.Contains("0.0225", text, StringComparison.Ordinal);
            Assert.DoesNotContain("0.015", text, StringComparison.Ordinal);
            Assert.DoesNotContain("3.75", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("15000", snapshot.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_and_readiness_answer_without_signing_in()
    {
        using var server = PortalServer.Start();

        Assert.Equal("ok", await server.Anonymous().GetStringAsync("/healthz"));
        Assert.Equal("ready", await server.Anonymous().GetStringAsync("/readyz"));
    }

    private static bool IsStaticAsset(RouteEndpoint endpoint) =>
        endpoint.Metadata.Any(m => m.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal));

    private static async Task<(Actor Owner, Customer Customer)> SellAsync(PortalServer server, string reseller, string customerName)
    {
        var (_, owner) = await server.Data.AddResellerAsync(reseller);
        await server.Data.BuyAsync(owner, 12_000, 180);
        var customer = await server.Data.AddCustomerAsync(owner, customerName);
        var token = await server.Data.IssueAsync(owner, customer);
        await server.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, MidOctober.AddDays(-1), 250)]);
        return (owner, customer);
    }

    private static async Task<Invoice> InvoiceOctoberAsync(PortalServer server, Actor owner)
    {
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var result = await TestData.Valued(server.Data.Drafter.DraftAsync(owner, new Core.Time.BillingPeriod(2026, 10)));
        var draft = result.Results.Single(r => r.Outcome == DraftOutcome.Drafted);
        return await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }
}
