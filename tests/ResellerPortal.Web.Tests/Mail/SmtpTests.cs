using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Mail;

/// <summary>What the mail server's refusals and silence mean for an email.</summary>
public sealed class SmtpTests
{
    [Theory]
    [InlineData("MAIL FROM", DeliveryState.Retrying)]
    [InlineData("DATA", DeliveryState.Retrying)]
    [InlineData("RCPT TO", DeliveryState.Failed)]
    public async Task Only_a_refused_recipient_gives_an_email_up_at_once(string refused, DeliveryState state)
    {
        await using var mail = StandInMailServer.Start();
        mail.Answers = line => line.StartsWith(refused, StringComparison.Ordinal) ? "550 5.7.1 not accepted" : null;
        using var server = PortalServer.Start(null, mail.Settings);
        await using var db = await NotifyAsync(server, "northwind");

        await Eventually.TrueAsync(() => db.OutboxEmails.AnyAsync(e => e.Error != null), "the refusal is recorded");

        Assert.Equal(state, (await db.OutboxEmails.AsNoTracking().SingleAsync()).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_recipient_whose_server_hangs_is_cut_off_and_the_next_email_goes_out(bool drips)
    {
        await using var mail = StandInMailServer.Start();
        mail.Answers = line => line.Contains("@hanging.example", StringComparison.Ordinal) ? "" : null;
        mail.Drips = line => drips && line.Contains("@hanging.example", StringComparison.Ordinal);
        using var server = PortalServer.Start(null, mail.Settings);
        var started = Stopwatch.GetTimestamp();
        await using var hanging = await NotifyAsync(server, "hanging", isUrgent: true);
        await using var other = await NotifyAsync(server, "northwind");

        await Eventually.TrueAsync(() => hanging.OutboxEmails.AnyAsync(e => e.Error != null), "the hanging one is cut off");
        await mail.MessageAsync(0);

        // The mail library alone would wait for two minutes.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(100));
        Assert.Equal(DeliveryState.Retrying, (await hanging.OutboxEmails.AsNoTracking().SingleAsync()).State);
        Assert.Equal(["<owner@northwind.example>"], mail.Recipients);
    }

    [Fact]
    public async Task A_line_break_in_a_subject_or_a_name_adds_no_header()
    {
        const string Forged = "x\r\nBcc: somebody@else.example\r\n\r\nBody";
        await using var mail = StandInMailServer.Start();
        using var server = PortalServer.Start(null, mail.Settings);

        await server.Services.GetRequiredService<IMailer>().SendAsync(
            new OutgoingMail(Guid.NewGuid(), "owner@northwind.example", Forged, "Text") { SenderName = Forged },
            TestContext.Current.CancellationToken);

        using var stream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(await mail.MessageAsync(0)));
        using var message = await MimeKit.MimeMessage.LoadAsync(stream, TestContext.Current.CancellationToken);
        Assert.Empty(message.Bcc);
        Assert.Equal("Text", message.TextBody!.Trim());
        Assert.Equal(["<owner@northwind.example>"], mail.Recipients);
    }

    /// <returns>The database as the notified reseller sees it.</returns>
    private static async Task<DbContext> NotifyAsync(PortalServer server, string name, bool isUrgent = false)
    {
        var (reseller, _) = await server.Data.AddResellerAsync(name);
        var db = server.Data.Database.Open(TenantScope.ForReseller(reseller.Id));
        db.OutboxEmails.Add(new OutboxEmail
        {
            ResellerId = reseller.Id,
            Kind = EmailKind.Notice,
            Subject = "Renewal failed",
            QueuedAtUtc = server.Clock.GetUtcNow(),
            NextAttemptAtUtc = server.Clock.GetUtcNow(),
            IsUrgent = isUrgent,
        });
        await db.SaveChangesAsync();
        return db;
    }
}
