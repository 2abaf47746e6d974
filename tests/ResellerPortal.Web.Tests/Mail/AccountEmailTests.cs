using MimeKit;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;
using ResellerPortal.Web.Tests.Documents;

namespace ResellerPortal.Web.Tests.Mail;

public sealed class AccountEmailTests
{
    [Fact]
    public async Task An_invoice_goes_out_over_SMTP_with_the_same_files_as_in_the_portal()
    {
        await using var mailServer = StandInMailServer.Start();
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 12, 0, 0, TimeSpan.Zero), mailServer.Settings);
        var (reseller, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1000, 15);
        await server.Data.PriceAsync(owner, null, new Markup.FixedPrice(100_000, reseller.Currency), new DateOnly(2026, 10, 1));
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        await server.Data.Recorder.RecordAsync(
            owner.Scope, [TestData.Fact(await server.Data.IssueAsync(owner, acme), server.Clock.GetUtcNow(), 40)]);
        await TestData.Valued(server.Services.GetRequiredService<EmailTemplateService>().SetAutomaticMailAsync(owner, isOn: true));
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        var draft = (await server.Data.Drafter.DraftAsync(owner, new BillingPeriod(2026, 10))).Value.Results.Single();
        var invoice = await TestData.Valued(
            server.Services.GetRequiredService<InvoiceFinalizer>().FinaliseAsync(owner, draft.InvoiceId!.Value));

        await server.Services.GetRequiredService<DocumentEmailWorker>().RunAsync();
        await server.Services.GetRequiredService<OutboxWorker>().RunAsync();

        using var stream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(await mailServer.MessageAsync(0)));
        Assert.Equal(["<admin@acme.example>"], mailServer.Recipients);
        using var mail = await MimeMessage.LoadAsync(stream);
        Assert.Equal(
            ("Invoice INV-2026-0001 from northwind Ltd", "\"northwind Ltd\" <portal@northwind.example>", "owner@northwind.example"),
            (mail.Subject, mail.From.ToString(), mail.ReplyTo.ToString()));
        var delivery = (await server.Services.GetRequiredService<DeliveryService>().ListForInvoiceAsync(owner, invoice.Id)).Single();
        Assert.StartsWith(delivery.Id.ToString("N"), mail.MessageId, StringComparison.Ordinal);
        Assert.Contains("Amount due: 4.84", mail.TextBody, StringComparison.Ordinal);
        var files = mail.Attachments.OfType<MimePart>().ToDictionary(a => a.FileName!, a => a.ContentType.MimeType);
        Assert.Equal(
            new Dictionary<string, string> { ["INV-2026-0001.pdf"] = "application/pdf", ["INV-2026-0001.xml"] = "application/xml" }, files);
        var customer = await server.SignedInAsync("admin@acme.example");
        foreach (var part in mail.Attachments.OfType<MimePart>())
        {
            using var content = new MemoryStream();
            await part.Content!.DecodeToAsync(content);
            Assert.Equal(
                await customer.GetByteArrayAsync($"/my/invoices/{invoice.Id}{Path.GetExtension(part.FileName)}"), content.ToArray());
        }

        Assert.Empty(En16931Rules.BrokenBy(await customer.GetByteArrayAsync($"/my/invoices/{invoice.Id}.xml")));

        // A reminder is sent in the morning three days after the due date.
        await TestData.Valued(
            server.Services.GetRequiredService<DunningPolicyService>().SetAsync(owner, isOn: true, [new DunningStepTerms(3, 0, true)]));
        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 18, 9, 0, 0, TimeSpan.Zero));
        await server.Services.GetRequiredService<DunningWorker>().RunAsync();
        await server.Services.GetRequiredService<DocumentEmailWorker>().RunAsync();
        await server.Services.GetRequiredService<OutboxWorker>().RunAsync();
        Assert.Contains("Subject: Reminder: invoice INV-2026-0001", await mailServer.MessageAsync(1), StringComparison.Ordinal);
    }
}
