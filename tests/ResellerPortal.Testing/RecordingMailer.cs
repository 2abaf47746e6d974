using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Testing;

/// <summary>Records emails instead of sending them. The real mailer is tested against an SMTP server.</summary>
public sealed class RecordingMailer : IMailer
{
    public bool IsConfigured { get; set; } = true;

    /// <summary>Whether every email fails for now.</summary>
    public bool IsRefusing { get; set; }

    /// <summary>Whether the server cannot be reached.</summary>
    public bool IsAway { get; set; }

    /// <summary>The recipients that the server rejects for good.</summary>
    public Func<string, bool>? Rejects { get; set; }

    /// <summary>Runs after an email was accepted, before the sender knows.</summary>
    public Action? AfterSending { get; set; }

    public List<OutgoingMail> Sent { get; } = [];

    /// <summary>The recipients of all attempts.</summary>
    public List<string> Attempts { get; } = [];

    public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            throw new MailServerUnavailableException(new IOException("Connection refused."));
        }

        lock (Sent)
        {
            Attempts.Add(mail.To);
            if (IsRefusing)
            {
                throw new IOException("The mail server is away.");
            }

            if (Rejects?.Invoke(mail.To) == true)
            {
                throw new EmailRefusedException(new IOException("No such mailbox."));
            }

            Sent.Add(mail);
        }

        AfterSending?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }
}
