namespace ResellerPortal.Core.Outbox;

/// <summary>A file attached to an email.</summary>
public sealed record MailAttachment(string FileName, string MediaType, byte[] Content);

/// <summary>An email as the mail server gets it.</summary>
/// <param name="Id">The same for every attempt, so that duplicates can be recognised.</param>
public sealed record OutgoingMail(Guid Id, string To, string Subject, string Text)
{
    /// <summary>Sender name, shown before the portal's own address; null for the portal's.</summary>
    public string? SenderName { get; init; }

    /// <summary>Reply address; null for the sender.</summary>
    public string? ReplyTo { get; init; }

    public IReadOnlyList<MailAttachment> Attachments { get; init; } = [];
}

/// <summary>Sends emails, independent of any mail library.</summary>
public interface IMailer
{
    /// <summary>Whether a mail server is configured.</summary>
    bool IsConfigured { get; }

    /// <exception cref="MailServerUnavailableException">No email can be sent at present.</exception>
    /// <exception cref="EmailRefusedException">The server will never accept this email.</exception>
    Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}

/// <summary>The mail server cannot be reached or does not accept the portal; this is no fault of any one email.</summary>
public sealed class MailServerUnavailableException(Exception cause) : Exception($"The mail server is unavailable: {cause.Message}", cause);

/// <summary>The mail server refused an email permanently (SMTP 5xx), usually because the address does not exist.</summary>
public sealed class EmailRefusedException(Exception cause) : Exception(cause.Message, cause);

/// <summary>Composes emails of some kinds at the moment they are sent.</summary>
public interface IEmailComposer
{
    bool CanCompose(EmailKind kind);

    /// <returns>Null if there is nothing to send any more.</returns>
    Task<OutgoingMail?> ComposeAsync(OutboxEmail email, CancellationToken cancellationToken);
}
