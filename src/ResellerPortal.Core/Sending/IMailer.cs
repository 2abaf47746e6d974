namespace ResellerPortal.Core.Sending;

/// <summary>A file attached to an email.</summary>
public sealed record MailAttachment(string FileName, string MediaType, byte[] Content);

/// <summary>An email to be sent.</summary>
public sealed record OutgoingMail(string To, string Subject, string Text)
{
    /// <summary>Sender name, shown before the portal's own address; null for the portal's.</summary>
    public string? SenderName { get; init; }

    /// <summary>Reply address; null for the sender.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The same for every attempt, so that duplicates can be recognised; null if each attempt is distinct.</summary>
    public Guid? Id { get; init; }

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];
}

/// <summary>Sends emails, independent of any mail library.</summary>
public interface IMailer
{
    /// <summary>Whether a mail server is configured.</summary>
    bool IsConfigured { get; }

    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
