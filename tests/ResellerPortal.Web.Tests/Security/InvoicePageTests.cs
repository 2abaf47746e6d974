using System.Net;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Security;

/// <summary>Who sees an invoice on a page, and what the others see instead.</summary>
public sealed class InvoicePageTests
{
    private const string Marker = "Acme-of-Northwind";

    [Fact]
    public async Task An_invoice_is_shown_to_its_customer_and_its_reseller_and_is_unknown_to_others()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1_000, 10);
        var acme = await server.Data.AddCustomerAsync(owner, Marker);
        await server.Data.AddCustomerAsync(owner, "Neighbour");
        await server.Data.AddResellerAsync("fabrikam");
        var invoice = await InvoiceAsync(server, owner, acme);

        await SeesAsync(server, $"admin@{Marker.ToLowerInvariant()}.example", "/my", invoice.Id, invoice.Number!);
        await SeesAsync(server, "owner@northwind.example", "/reseller", invoice.Id, invoice.Number!);
        await SeesAsync(server, "admin@neighbour.example", "/my", invoice.Id, "No such invoice");
        await SeesAsync(server, "owner@fabrikam.example", "/reseller", invoice.Id, "No such invoice");
        await SeesAsync(server, "owner@northwind.example", "/reseller", Guid.NewGuid(), "No such invoice");
    }

    [Fact]
    public async Task Home_shows_the_invoices_to_pay_of_its_customer_alone()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero));
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1_000, 10);
        var acme = await server.Data.AddCustomerAsync(owner, Marker);
        await server.Data.AddCustomerAsync(owner, "Neighbour");
        var invoice = await InvoiceAsync(server, owner, acme);

        await using var own = await OpenAsync(server, $"admin@{Marker.ToLowerInvariant()}.example", "/my");
        await own.SeesAsync("Open invoices");
        await own.SeesAsync(invoice.Number!);

        // What is left is read after the invoices would be.
        await using var neighbour = await OpenAsync(server, "admin@neighbour.example", "/my");
        await neighbour.SeesAsync("What's left");
        await neighbour.RestAsync();
        Assert.False(neighbour.HasSeen("Open invoices"));
        Assert.False(neighbour.HasSeen(invoice.Number!));
    }

    private static async Task SeesAsync(PortalServer server, string email, string area, Guid invoice, string title)
    {
        await using var circuit = await OpenAsync(server, email, $"{area}/invoices/{invoice}");
        await circuit.SeesAsync(title);

        // Only the header of a page, with its heading, writes the title of the window.
        await circuit.SeesAsync("· Reseller Portal");
        await circuit.RestAsync();
        if (title == "No such invoice")
        {
            Assert.False(circuit.HasSeen(Marker));
        }
    }

    private static async Task<RawCircuit> OpenAsync(PortalServer server, string email, string path)
    {
        var cookies = new CookieContainer();
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies })
        {
            BaseAddress = server.Address,
        };
        using var answer = await PortalServer.SignInAsync(client, email, TestData.Password);
        var html = await client.GetStringAsync(path);
        var circuit = await RawCircuit.ConnectAsync(server.Address, cookies.GetCookieHeader(server.Address));
        await circuit.OpenAsync(server.Address, path, html);
        return circuit;
    }

    private static async Task<Invoice> InvoiceAsync(PortalServer server, Actor owner, Customer customer)
    {
        var token = await server.Data.IssueAsync(owner, customer);
        await server.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, server.Clock.GetUtcNow(), 100)]);
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var result = await TestData.Valued(server.Data.Drafter.DraftAsync(owner, new Core.Time.BillingPeriod(2026, 10)));
        var draft = result.Results.Single(r => r.Outcome == DraftOutcome.Drafted);
        return await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
    }
}
