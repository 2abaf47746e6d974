using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.YearArchives;

/// <summary>The archive of a year, as the portal sends it.</summary>
public sealed class YearArchiveTests
{
    private const string Address = "/reseller/year-archive.zip?year=2026";

    private static readonly DateTimeOffset MidOctober = new(2026, 10, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly BillingPeriod October = new(2026, 10);

    private static readonly string[] Names = ["Ąžuolas / <b>Söhne</b>", "=1+1", "東京株式会社", "azuolas-b-sohne-b"];

    [Fact]
    public async Task Everything_of_the_year_is_in_it_and_nothing_of_anybody_else()
    {
        using var server = PortalServer.Start(MidOctober);
        var northwind = await TradeAsync(server, "northwind", Names);
        await TradeAsync(server, "fabrikam", ["Initech"]);
        server.Clock.MoveTo(new DateTimeOffset(2027, 1, 10, 12, 0, 0, TimeSpan.Zero));
        using var owner = await server.SignedInAsync("owner@northwind.example");

        using var answer = await owner.GetAsync(Address);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("northwind-2026.zip", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.True(answer.Headers.TransferEncodingChunked);
        var zip = await answer.Content.ReadAsByteArrayAsync();
        var year = new UnpackedYear(zip);
        Assert.Empty(year.FindWrongFiles());
        Assert.Empty(year.FindBrokenChains());
        await AssertMatchesDatabaseAsync(server, northwind, year);
        foreach (var path in year.Paths)
        {
            Assert.Matches("^([a-z]+/)?[A-Za-z0-9][A-Za-z0-9._-]*$", path);
            if (!path.EndsWith(".pdf", StringComparison.Ordinal))
            {
                Assert.DoesNotContain("initech", year.ReadText(path), StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("fabrikam", year.ReadText(path), StringComparison.OrdinalIgnoreCase);
            }
        }

        // The year is over, so it comes out the same on any later day.
        server.Clock.MoveTo(new DateTimeOffset(2027, 2, 10, 12, 0, 0, TimeSpan.Zero));
        using var later = await server.SignedInAsync("owner@northwind.example");
        Assert.Equal(zip, await later.GetByteArrayAsync(Address));
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        var downloads = await db.AuditEntries.Where(a => a.Subject == "exported the archive of 2026").ToListAsync();
        Assert.Equal(2, downloads.Count);
        Assert.All(downloads, a => Assert.Equal((northwind.Reseller, "owner@northwind.example"), (a.ResellerId, a.ActorName)));
    }

    [Fact]
    public async Task Its_page_opens_from_the_file_system_and_leads_to_every_document()
    {
        using var server = PortalServer.Start(MidOctober);
        await TradeAsync(server, "northwind", Names);
        using var owner = await server.SignedInAsync("owner@northwind.example");

        var year = new UnpackedYear(await owner.GetByteArrayAsync(Address));

        var page = year.ReadText("index.html");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("name=\"viewport\"", page, StringComparison.Ordinal);
        Assert.Contains("The year is not over: this is what there was by 2026-11-02.", page, StringComparison.Ordinal);
        Assert.Contains(Names[0], WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        foreach (var path in year.Paths.Where(path => path != "index.html"))
        {
            Assert.Contains($"href=\"{path}\"", page, StringComparison.Ordinal);
        }

        Assert.Contains("sha256sum -c SHA256SUMS", year.ReadText("README.txt"), StringComparison.Ordinal);
        Assert.Contains("documents/R-2026-001.cii.xml", year.Paths);
        Assert.Equal(
            await owner.GetByteArrayAsync($"/reseller/invoices/{await FindInvoiceAsync(server, "R/2026/001")}.pdf"),
            year.ReadBytes("documents/R-2026-001.pdf"));
        Assert.Contains(year.ReadTable("tables/customers.csv"), row => row["name"] == "'=1+1");
    }

    [Fact]
    public async Task A_year_without_anything_says_so()
    {
        using var server = PortalServer.Start(MidOctober);
        await TradeAsync(server, "northwind", ["Acme"]);
        using var owner = await server.SignedInAsync("owner@northwind.example");

        var year = new UnpackedYear(await owner.GetByteArrayAsync("/reseller/year-archive.zip?year=2025"));

        Assert.Empty(year.FindWrongFiles());
        Assert.True(year.Manifest.GetProperty("isEmpty").GetBoolean());
        Assert.Contains("Nothing was issued, recorded or paid in 2025.", year.ReadText("index.html"), StringComparison.Ordinal);
        Assert.Contains("Nothing was issued, recorded or paid in 2025.", year.ReadText("README.txt"), StringComparison.Ordinal);
        Assert.DoesNotContain(year.Paths, path => path.StartsWith("documents/", StringComparison.Ordinal));
        using var future = await owner.GetAsync("/reseller/year-archive.zip?year=2027");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, future.StatusCode);
    }

    private static async Task AssertMatchesDatabaseAsync(PortalServer server, Actor actor, UnpackedYear year)
    {
        await using var db = server.Data.Database.Open(actor.Scope);
        var customers = await db.Customers.ToListAsync();
        var entries = await db.LedgerEntries.ToListAsync();
        Assert.Equal(entries.Count, year.Manifest.GetProperty("ledgerEntries").GetInt64());
        Assert.Equal(
            customers.Where(c => c.LastSequence > 0).ToDictionary(
                c => c.Id.ToString(), c => (c.LastSequence, Convert.ToHexStringLower(c.ChainHead))),
            year.ReadEnds("lastSequence", "head"));
        var ledger = year.Paths.Where(p => p.StartsWith("ledger/", StringComparison.Ordinal)).SelectMany(year.ReadTable).ToList();
        Assert.Equal(entries.Sum(e => e.Quantity), ledger.Sum(row => long.Parse(row["quantity"], CultureInfo.InvariantCulture)));
        Assert.Contains(ledger, row => row["reference"] == "'=cmd");

        var invoices = await db.Invoices.Where(i => i.FinalisedAtUtc != null).ToListAsync();
        var notes = await db.CreditNotes.ToListAsync();
        Assert.Equal((Names.Length, 1), (invoices.Count, notes.Count));
        Assert.Equal(
            invoices.Sum(i => i.Total.Amount), year.SumTable("tables/documents.csv", "kind", "total")["invoice"]);
        Assert.Equal(-notes.Sum(n => n.Total.Amount), year.SumTable("tables/documents.csv", "kind", "total")["credit note"]);
        Assert.Equal(
            invoices.Count + notes.Count,
            year.Paths.Count(p => p.StartsWith("documents/", StringComparison.Ordinal) && p.EndsWith(".pdf", StringComparison.Ordinal)));
        Assert.Equal(
            (await db.Payments.ToListAsync()).Sum(p => p.Amount.Amount),
            year.SumTable("tables/payments.csv", "currency", "amount")["EUR"]);
        Assert.Equal(
            (await db.BalanceTransactions.ToListAsync()).Sum(t => t.Amount.Amount),
            year.SumTable("tables/balances.csv", "currency", "amount")["EUR"]);
        Assert.Equal(
            await db.AuditEntries.CountAsync(a => a.AtUtc < new DateTimeOffset(2026, 12, 31, 0, 0, 0, TimeSpan.Zero)),
            year.ReadTable("tables/history.csv").Count);
        Assert.Equal(customers.Count, year.ReadTable("tables/customers.csv").Count);
        Assert.Equal(await db.RateCards.CountAsync(), year.ReadTable("tables/prices.csv").Count);
    }

    private static async Task<Guid> FindInvoiceAsync(PortalServer server, string number)
    {
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        return await db.Invoices.Where(i => i.Number == number).Select(i => i.Id).SingleAsync();
    }

    /// <summary>A reseller whose customers used, were invoiced for October and paid, one of them credited and one prepaid.</summary>
    private static async Task<Actor> TradeAsync(PortalServer server, string slug, string[] names)
    {
        var data = server.Data;
        var (_, owner) = await data.AddResellerAsync(slug);
        await data.BuyAsync(owner, 12_000, 180);
        await data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, Currency.FromCode("EUR")), October.FirstDay);
        var settings = server.Services.GetRequiredService<InvoiceSettingsService>();
        await TestData.Valued(settings.SaveAsync(
            owner, DocumentSettings.FromReseller(await settings.ReadAsync(owner)) with { InvoiceNumberPattern = "R/{yyyy}/{seq:000}" }));
        var customers = new List<Customer>();
        foreach (var (index, name) in names.Index())
        {
            var customer = await data.AddCustomerAsync(owner, $"{slug}-{index}");
            customers.Add(customer);
            await TestData.Valued(data.Customers.UpdateAsync(
                owner, customer.Id, new CustomerDetails(name, customer.Email, customer.Address, null, TaxTreatment.Standard, 3, null)));
            var token = await data.IssueAsync(owner, customer);
            await data.Recorder.RecordAsync(
                owner.Scope,
                [
                    TestData.Fact(token, MidOctober.AddDays(-1), 250),
                    TestData.Fact(token, MidOctober.AddHours(-1), 3 + index) with { Reference = "=cmd" },
                ]);
        }

        await TestData.Valued(server.Services.GetRequiredService<LedgerCorrectionService>().CorrectAsync(
            owner, customers[0].Id, 1, 240, "Counted twice, \"by us\""));
        await TestData.Valued(server.Services.GetRequiredService<BalancePaymentService>().TopUpAsync(
            owner, new BalancePayment(customers[^1].Id, 50m, October.LastDay.AddDays(-20), "top-up", Guid.NewGuid())));
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        var drafts = (await data.Drafter.DraftAsync(owner, October)).Value.Results.Select(r => r.InvoiceId!.Value).ToList();
        var invoices = (await data.Invoices.FinaliseAsync(owner, drafts)).Select(outcome => outcome.Value).ToList();
        await TestData.Valued(server.Services.GetRequiredService<CreditNoteService>().IssueAsync(owner, invoices[0].Id, [1], "Agreed"));
        var payable = invoices.Find(i => i.CustomerId == customers[0].Id && i.Id != invoices[0].Id) ?? invoices[^1];
        if (payable.Due.MinorUnits > 0)
        {
            await server.Services.GetRequiredService<InvoicePaymentService>().RecordAsync(
                owner, new ReceivedPayment(payable.Id, 1m, new DateOnly(2026, 11, 2), "@SUM(1)", Guid.NewGuid()));
        }

        return owner;
    }
}
