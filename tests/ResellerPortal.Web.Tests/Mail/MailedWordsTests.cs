using Microsoft.EntityFrameworkCore;
using MimeKit;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Mail;

/// <summary>Names and templates that want to be more than words of an email.</summary>
public sealed class MailedWordsTests
{
    private static readonly string[] Headers =
        ["From", "Date", "Subject", "Message-Id", "Reply-To", "To", "MIME-Version", "Content-Type"];

    /// <summary>The names are put into the database as no form would accept them.</summary>
    [Theory]
    [InlineData("Acme\r\nBcc: victim@evil.example\r\nX-Evil: 1\r\n\r\n<h1>{number}</h1>{{link}}")]
    [InlineData("Acme\nBcc: victim@evil.example\n\n{number}<script>alert(1)</script>")]
    [InlineData("Acme\" <victim@evil.example>, {number} \"")]
    [InlineData("=?utf-8?Q?Acme=0D=0ABcc:_victim@evil.example?= {number}")]
    [InlineData("Acme\r\n.\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<victim@evil.example>\r\n{number}")]
    public async Task No_name_and_no_template_adds_a_header_a_recipient_or_markup(string name)
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero), mailServer.Settings);
        var (reseller, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1000, 15);
        await server.Data.PriceAsync(owner, null, new Markup.FixedPrice(100_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        await server.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(await server.Data.IssueAsync(owner, acme), server.Clock.GetUtcNow(), 40)]);
        var templates = server.Services.GetRequiredService<EmailTemplateService>();
        await TestData.Valued(templates.SetAutomaticMailAsync(owner, isOn: true));
        await TestData.Valued(templates.SetAsync(
            owner,
            EmailKind.Invoice,
            "en",
            new RenderedEmail(
                "{customer} {{seller}} <b>{number}</b>",
                "<script>alert(1)</script> {customer}\r\n.\r\nBcc: victim@evil.example\r\n{{{number}}} {seller}")));
        await using (var db = server.Data.Database.Open(TenantScope.CrossTenants("test")))
        {
            await db.Resellers.ExecuteUpdateAsync(set => set.SetProperty(r => r.Name, name));
            await db.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.Name, name));
        }

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results.Single();
        await TestData.Valued(server.Data.Invoices.FinaliseAsync(owner, draft.InvoiceId!.Value));
        await server.Services.GetRequiredService<DocumentEmailWorker>().RunAsync();
        await server.Services.GetRequiredService<OutboxWorker>().RunAsync();

        using var stream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(await mailServer.MessageAsync(0)));
        using var mail = await MimeMessage.LoadAsync(stream);
        Assert.Equal(["<admin@acme.example>"], mailServer.Recipients);
        Assert.Single(mailServer.Messages);
        Assert.Empty(mail.Headers.Select(h => h.Field).Except(Headers, StringComparer.OrdinalIgnoreCase));
        Assert.Equal(mail.Headers.Count, mail.Headers.Select(h => h.Field).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("portal@northwind.example", Assert.Single(mail.From.Mailboxes).Address);
        Assert.Equal("admin@acme.example", Assert.Single(mail.To.Mailboxes).Address);
        Assert.Equal("owner@northwind.example", Assert.Single(mail.ReplyTo.Mailboxes).Address);

        // Words stay words: no part is HTML, and a placeholder within a name is not filled.
        Assert.Null(mail.HtmlBody);
        Assert.Contains("<script>alert(1)</script>", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("{{INV-2026-0001}}", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("{number}", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("<b>INV-2026-0001</b>", mail.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a@b.example\r\nBcc: victim@evil.example")]
    [InlineData("a@b.example\nX-Evil: 1")]
    [InlineData("\"a\r\n\"@b.example")]
    [InlineData("a@b.example, victim@evil.example")]
    [InlineData("a@b.example; victim@evil.example")]
    [InlineData("a@b.example\0")]
    [InlineData("Acme <victim@evil.example>")]
    [InlineData("\"a@b.example\" victim@evil.example")]
    [InlineData("a@b.example>\r\nRCPT TO:<victim@evil.example")]
    public async Task An_address_that_is_more_than_one_is_refused_wherever_one_is_entered(string address)
    {
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var teams = server.Services.GetRequiredService<TeamService>();

        Assert.True((await teams.InviteAsync(owner, TeamScope.ForActor(owner), address, Role.ResellerViewer)).IsRefused);
        Assert.True((await server.Data.Customers.AddAsync(
            owner,
            new CustomerDetails("Acme", address, new PostalAddress("Road 2", "10115", "Berlin", "DE"), null, TaxTreatment.Standard, 3, 500),
            null)).IsRefused);
    }

    [Fact]
    public async Task A_template_that_could_add_a_header_or_is_too_long_is_refused_and_the_one_before_stays()
    {
        var subject = string.Concat(Enumerable.Repeat("{customer}", 20));
        using var server = PortalServer.Start();
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        var templates = server.Services.GetRequiredService<EmailTemplateService>();
        await TestData.Valued(templates.SetAsync(owner, EmailKind.Invoice, "en", new RenderedEmail(subject, "text")));

        foreach (var broken in (string[])["{number}\r\nBcc: a@evil.example", "{number}\n", "a\0b", new('x', 201), " ", "{unknown}", "{0}"])
        {
            Assert.True((await templates.SetAsync(owner, EmailKind.Invoice, "en", new RenderedEmail(broken, "text"))).IsRefused, broken);
        }

        Assert.Equal(subject, (await templates.ReadAsync(owner, EmailKind.Invoice, "en")).Email.Subject);
    }
}
