using ResellerPortal.Core.Sending;

namespace ResellerPortal.Testing;

/// <summary>Records emails instead of sending them. The real mailer is tested against an SMTP server.</summary>
public sealed class RecordingMailer : IMailer
{
    public bool IsConfigured { get; set; } = true;

    public bool IsRefusing { get; set; }

    public List<OutgoingMail> Sent { get; } = [];

    public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (IsRefusing)
        {
            throw new IOException("The mail server is away.");
        }

        lock (Sent)
        {
            Sent.Add(mail);
        }

        return Task.CompletedTask;
    }
}
