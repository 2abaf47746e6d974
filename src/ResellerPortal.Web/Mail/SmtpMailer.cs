using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Web.Mail;

/// <summary>The Smtp section of the settings. Without a host, no email is sent.</summary>
internal sealed class SmtpOptions
{
    public const string Section = "Smtp";

    public string Host { get; set; } = "";

    public int Port { get; set; } = 587;

    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>The sender, such as "Portal &lt;portal@company.example&gt;".</summary>
    public string From { get; set; } = "";
}

/// <summary>Sends email through SMTP, encrypted if the server supports it.</summary>
internal sealed class SmtpMailer(IOptions<SmtpOptions> options) : IMailer
{
    /// <summary>How long the server may take for one step, so that a hanging one does not hold up the outbox.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the server may take for an email once connected, however busy it looks meanwhile.</summary>
    private static readonly TimeSpan WholeTimeout = TimeSpan.FromSeconds(20);

    public bool IsConfigured => options.Value.Host.Length > 0;

    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var from = MailboxAddress.Parse(settings.From);
        using var message = new MimeMessage();
        message.From.Add(new MailboxAddress(mail.SenderName ?? from.Name, from.Address));
        message.To.Add(MailboxAddress.Parse(mail.To));
        message.Subject = mail.Subject;
        if (mail.ReplyTo is not null)
        {
            message.ReplyTo.Add(MailboxAddress.Parse(mail.ReplyTo));
        }

        message.MessageId = $"{mail.Id:N}@{from.Domain}";
        var body = new BodyBuilder { TextBody = mail.Text };
        foreach (var attachment in mail.Attachments)
        {
            body.Attachments.Add(attachment.FileName, attachment.Content, ContentType.Parse(attachment.MediaType));
        }

        message.Body = body.ToMessageBody();
        using var client = new SmtpClient { Timeout = (int)Timeout.TotalMilliseconds };
        await ConnectAsync(client, settings, cancellationToken);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        whole.CancelAfter(WholeTimeout);
        try
        {
            await client.SendAsync(message, whole.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The mail server took longer than {WholeTimeout.TotalSeconds:0} seconds for the email.");
        }
        catch (SmtpCommandException refused)
            when (refused.ErrorCode == SmtpErrorCode.RecipientNotAccepted && (int)refused.StatusCode >= 500)
        {
            throw new EmailRefusedException(refused);
        }

        // The server has accepted the email; a failure to say goodbye must not send it again.
        await client.DisconnectAsync(quit: false, cancellationToken);
    }

    /// <exception cref="MailServerUnavailableException">The server cannot be reached, or does not accept the portal.</exception>
    private static async Task ConnectAsync(SmtpClient client, SmtpOptions settings, CancellationToken cancellationToken)
    {
        try
        {
            await client.ConnectAsync(settings.Host, settings.Port, SecureSocketOptions.StartTlsWhenAvailable, cancellationToken);
            if (settings.User.Length > 0)
            {
                await client.AuthenticateAsync(settings.User, settings.Password, cancellationToken);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new MailServerUnavailableException(failure);
        }
    }
}
