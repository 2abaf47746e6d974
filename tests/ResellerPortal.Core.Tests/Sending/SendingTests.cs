using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tests.Invoicing;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Sending;

public sealed class SendingTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task A_finalised_invoice_is_emailed_once_with_its_files(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var mail = new MailFixture(database);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var before = await fixture.InvoiceAsync();
        await TestData.Valued(mail.Templates.SetAutomaticMailAsync(fixture.Owner, isOn: true));
        var invoice = await fixture.InvoiceAsync();

        // Two nodes concurrently, and again later.
        await Task.WhenAll(mail.Work().RunAsync(), mail.Work().RunAsync());
        await mail.Work().RunAsync();

        var sent = Assert.Single(mail.Box.Sent);
        Assert.Equal(
            ("admin@acme.example", $"Invoice {invoice.Number} from northwind Ltd", "owner@northwind.example", "northwind Ltd"),
            (sent.To, sent.Subject, sent.ReplyTo, sent.SenderName));
        Assert.Equal([$"{invoice.Number}.pdf", $"{invoice.Number}.xml"], sent.Attachments.Select(a => a.FileName));
        Assert.Contains("https://portal.example/my/invoices", sent.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("{", sent.Text, StringComparison.Ordinal);
        var log = Assert.Single(await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, invoice.Id));
        Assert.Equal((DeliveryState.Sent, 1, sent.Id), (log.State, log.Attempts, log.Id));
        Assert.Empty(await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, before.Id));

        var note = await TestData.Valued(
            new CreditNoteService(database.Database, database.Clock).IssueAsync(fixture.Owner, invoice.Id, [1], "Agreed"));
        Assert.Equal(1, await mail.Work().RunAsync());
        Assert.Equal($"Credit note {note.Number} from northwind Ltd", mail.Box.Sent[1].Subject);
        Assert.Equal([$"{note.Number}.pdf", $"{note.Number}.xml"], mail.Box.Sent[1].Attachments.Select(a => a.FileName));
    }

    [Fact]
    public async Task A_rejected_email_is_retried_with_growing_delays_and_finally_abandoned()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var mail = new MailFixture(sqlite);
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        await TestData.Valued(mail.Templates.SetAutomaticMailAsync(fixture.Owner, isOn: true));
        var invoice = await fixture.InvoiceAsync();
        mail.Box.IsRefusing = true;

        Assert.Equal(0, await mail.Work().RunAsync());
        var log = (await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, invoice.Id)).Single();
        Assert.Equal(
            (DeliveryState.Retrying, 1, "The mail server is away.", sqlite.Clock.GetUtcNow().AddMinutes(1)),
            (log.State, log.Attempts, log.Error, log.NextAttemptAtUtc));
        await mail.Work().RunAsync();
        Assert.Equal(1, (await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, invoice.Id)).Single().Attempts);
        for (var i = 0; i < 7; i++)
        {
            sqlite.Clock.Advance(TimeSpan.FromDays(1));
            await mail.Work().RunAsync();
        }

        log = (await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, invoice.Id)).Single();
        Assert.Equal((DeliveryState.Failed, 8), (log.State, log.Attempts));

        // Sent again manually, once even though the button was pressed twice.
        mail.Box.IsRefusing = false;
        var again = await TestData.Valued(mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "boss@acme.example", 2));
        Assert.Equal(
            again.Id, (await TestData.Valued(mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "boss@acme.example", 2))).Id);
        Assert.Equal(1, await mail.Work().RunAsync());
        Assert.Equal("boss@acme.example", Assert.Single(mail.Box.Sent).To);
    }

    [Fact]
    public async Task An_email_claimed_by_a_dead_node_is_sent_by_another()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var mail = new MailFixture(sqlite);
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        await TestData.Valued(mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "a@b.example", 1));
        using var dying = new CancellationTokenSource();
        var dead = mail.Work(new FailingMailer(dying));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dead.RunAsync(dying.Token));
        Assert.Equal(0, await mail.Work().RunAsync());
        sqlite.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await mail.Work().RunAsync());
    }

    [Fact]
    public async Task Without_a_mail_server_nothing_is_queued_and_a_notice_says_so()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var mail = new MailFixture(sqlite);
        mail.Box.IsConfigured = false;
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var invoice = await fixture.InvoiceAsync();
        Assert.Contains(
            "no mail server",
            (await mail.Templates.SetAutomaticMailAsync(fixture.Owner, isOn: true)).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no mail server",
            (await mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "a@b.example", 1)).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, await mail.Work().RunAsync());
        Assert.Empty(await mail.Deliveries.ListForInvoiceAsync(fixture.Owner, invoice.Id));
    }

    [Fact]
    public async Task A_custom_template_is_used_only_in_its_language_and_unknown_placeholders_are_refused()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var mail = new MailFixture(sqlite);
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        Assert.Contains(
            "{amount}",
            (await mail.Templates.SetAsync(
                fixture.Owner, EmailKind.Invoice, "en", new RenderedEmail("Hi", "You owe {amount}"))).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "one line",
            (await mail.Templates.SetAsync(fixture.Owner, EmailKind.Invoice, "en", new RenderedEmail("a\nb", "x"))).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "4000",
            (await mail.Templates.PreviewAsync(fixture.Owner, "en", new RenderedEmail("a", ""))).Refusal!.Message,
            StringComparison.Ordinal);
        Assert.True(
            (await TestData.Valued(mail.Templates.SetAsync(
                fixture.Owner,
                EmailKind.Invoice,
                "en",
                new RenderedEmail("Bill {number}", "{customer}: {open} by {due}, {seller}")))).IsOwn);
        var invoice = await fixture.InvoiceAsync();
        await TestData.Valued(mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "a@b.example", 1));
        await mail.Work().RunAsync();
        Assert.Equal(
            (
                $"Bill {invoice.Number}",
                $"Acme: {DocumentLanguage.English.AmountWithCurrency(
                    invoice.Total)} by {DocumentLanguage.English.Day(invoice.DueOn!.Value)}, northwind Ltd"),
            (mail.Box.Sent[0].Subject, mail.Box.Sent[0].Text));
        Assert.False((await mail.Templates.ReadAsync(fixture.Owner, EmailKind.Invoice, "de")).IsOwn);

        var standard = await TestData.Valued(mail.Templates.SetAsync(fixture.Owner, EmailKind.Invoice, "en", null));
        Assert.Equal((false, EmailTemplateText.Default(EmailKind.Invoice, DocumentLanguage.English)), (standard.IsOwn, standard.Email));
    }

    [Fact]
    public void Every_kind_of_email_has_a_template_in_every_language() =>
        Assert.All(
            DocumentLanguage.All.SelectMany(
                language => EmailTemplateText.Kinds.Select(kind => EmailTemplateText.Default(kind, language))),
            email => Assert.Null(EmailTemplateText.Check(email)));

    [Fact]
    public async Task Emails_and_templates_are_visible_only_to_their_reseller()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var mail = new MailFixture(sqlite);
        var fixture = await InvoicingFixture.OpenAsync(sqlite);
        var (_, stranger) = await sqlite.Data.AddResellerAsync("fabrikam");
        var invoice = await fixture.InvoiceAsync();
        await TestData.Valued(mail.Deliveries.SendAsync(fixture.Owner, invoice.Id, invoice.Id, "a@b.example", 1));
        await TestData.Valued(mail.Templates.SetAsync(fixture.Owner, EmailKind.Invoice, "en", new RenderedEmail("Mine", "Mine")));

        Assert.Empty(await mail.Deliveries.ListForInvoiceAsync(stranger, invoice.Id));
        Assert.True((await mail.Deliveries.SendAsync(stranger, invoice.Id, invoice.Id, "a@b.example", 2)).IsRefused);
        Assert.False((await mail.Templates.ReadAsync(stranger, EmailKind.Invoice, "en")).IsOwn);
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => mail.Deliveries.ListForInvoiceAsync(TestData.CreateAdmin(fixture.Customer), invoice.Id));
        await Assert.ThrowsAsync<PermissionDeniedException>(
            () => mail.Templates.ReadAsync(TestData.CreateAdmin(fixture.Customer), EmailKind.Invoice, "en"));
        await using var ofCustomer = sqlite.Database.Open(TenantScope.ForCustomer(fixture.Customer.ResellerId, fixture.Customer.Id));
        Assert.Empty(ofCustomer.EmailTemplates);
    }

    private sealed class FailingMailer(CancellationTokenSource life) : IMailer
    {
        public bool IsConfigured => true;

        public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            await life.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}

/// <summary>The sending services with a mailer that records emails.</summary>
internal sealed class MailFixture(TestDatabase database)
{
    private static readonly PortalAddress Portal = new("https://portal.example");

    public RecordingMailer Box { get; } = new();

    public DeliveryService Deliveries => new(database.Database, Box, database.Clock, Portal);

    public EmailTemplateService Templates =>
        new(database.Database, new InvoiceSettingsService(database.Database, database.Clock, Portal), Box, database.Clock, Portal);

    public MailRun Work(IMailer? mailer = null) => new(
        new DocumentEmailWorker(
            database.Database, Deliveries, mailer ?? Box, database.Clock, NullLogger<DocumentEmailWorker>.Instance),
        new OutboxWorker(
            database.Database,
            mailer ?? Box,
            [
                new DocumentEmailComposer(
                    database.Database,
                    new FakeInvoiceDocument(),
                    new FakeElectronicInvoice(),
                    new LogoService(database.Database, new FakeInvoiceDocument(), database.Clock)),
            ],
            database.Clock,
            NullLogger<OutboxWorker>.Instance));

    /// <summary>One node's run: what is finalised is queued, then what is due is sent.</summary>
    public sealed class MailRun(DocumentEmailWorker queue, OutboxWorker outbox)
    {
        public async Task<int> RunAsync(CancellationToken cancellationToken = default)
        {
            await queue.RunAsync(cancellationToken);
            return await outbox.RunAsync(cancellationToken);
        }
    }

    /// <summary>The appearance of documents is tested where they are rendered.</summary>
    private sealed class FakeInvoiceDocument : IInvoiceDocument
    {
        public IReadOnlyList<string> FindUnprintable(string text) => [];

        public byte[] Draw(InvoiceSnapshot snapshot, byte[]? logo) => [1];

        public bool CanShow(byte[] image) => true;
    }

    private sealed class FakeElectronicInvoice : IElectronicInvoice
    {
        public IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot) => [];

        public byte[] Write(InvoiceSnapshot snapshot, ElectronicSyntax syntax) => [2];
    }
}
