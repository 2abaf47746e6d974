namespace ResellerPortal.Core.Sending;

/// <summary>A file that goes with a mail.</summary>
public sealed record MailAttachment(string FileName, string MediaType, byte[] Content);

/// <summary>A mail as it goes out.</summary>
public sealed record OutgoingMail(string To, string Subject, string Text)
{
    /// <summary>Whose mail it is, shown before the portal's own address; null for the portal's.</summary>
    public string? SenderName { get; init; }

    /// <summary>Where answers go; null for the sender.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The same on every attempt, so that a mail that comes twice is known as one; null for one that is made up.</summary>
    public Guid? Id { get; init; }

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];
}

/// <summary>Sends mail. The one place where a mail library meets the portal.</summary>
public interface IMailer
{
    /// <summary>Whether the settings name a mail server.</summary>
    bool IsConfigured { get; }

    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
