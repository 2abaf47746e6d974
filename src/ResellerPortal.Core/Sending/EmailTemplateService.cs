using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>The current template of a kind of email.</summary>
/// <param name="IsOwn">Whether the reseller wrote it.</param>
public sealed record TemplateView(EmailKind Kind, string Language, RenderedEmail Email, bool IsOwn);

/// <summary>Manages a reseller's email templates, and whether documents are emailed automatically.</summary>
public sealed class EmailTemplateService(
    PortalDatabase database,
    InvoiceSettingsService settings,
    IMailer mailer,
    TimeProvider clock,
    PortalAddress portal)
{
    public bool CanMail => mailer.IsConfigured;

    /// <summary>
    /// Switches automatic emailing of documents on or off. Documents already finalised are not sent.
    /// Refused: there is no mail server.
    /// </summary>
    public async Task<Outcome<Reseller>> SetAutomaticMailAsync(Actor actor, bool isOn, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (isOn && !mailer.IsConfigured)
        {
            return Refusal.Because("The portal has no mail server. Ask its operator to configure one.");
        }

        await using var db = database.Open(actor.Scope);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        if (isOn != reseller.MailsDocumentsSinceUtc is not null)
        {
            var now = clock.GetUtcNow();
            reseller.MailsDocumentsSinceUtc = isOn ? now : null;
            db.Audit(
                actor,
                now,
                Permission.InvoicesConfigure,
                isOn ? "automatic invoice emails on" : "automatic invoice emails off",
                reseller.Id);
            await db.SaveChangesAsync(cancellationToken);
        }

        return reseller;
    }

    public async Task<TemplateView> ReadAsync(Actor actor, EmailKind kind, string language, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        await using var db = database.Open(actor.Scope);
        return await GetAsync(db, kind, DocumentLanguage.Get(language), cancellationToken);
    }

    /// <summary>
    /// Sets the template of an email in one language.
    /// Refused: the language is unknown; the subject or text is empty or too long; a placeholder is unknown.
    /// </summary>
    /// <param name="email">The reseller's own template; null restores the portal's.</param>
    public async Task<Outcome<TemplateView>> SetAsync(
        Actor actor,
        EmailKind kind,
        string language,
        RenderedEmail? email,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (!DocumentLanguage.Knows(language))
        {
            return Refusal.Because("Choose a language from the list.", nameof(language));
        }

        if (email is not null && EmailTemplateText.Check(email) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var own = await db.EmailTemplates.SingleOrDefaultAsync(t => t.Kind == kind && t.Language == language, cancellationToken);
        if (email is null && own is not null)
        {
            db.EmailTemplates.Remove(own);
        }
        else if (email is not null)
        {
            if (own is null)
            {
                own = new EmailTemplate { ResellerId = actor.Reseller, Kind = kind, Language = language, Subject = "", Text = "" };
                db.EmailTemplates.Add(own);
            }

            (own.Subject, own.Text) = (email.Subject.Trim(), email.Text.Trim());
        }

        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.InvoicesConfigure,
            $"{(email is null ? "reset" : "changed")} the email template: {kind}, {language}",
            actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return await GetAsync(db, kind, DocumentLanguage.Get(language), cancellationToken);
    }

    /// <summary>
    /// Renders an email about a sample invoice.
    /// Refused: the subject or text is empty or too long; a placeholder is unknown.
    /// </summary>
    public async Task<Outcome<RenderedEmail>> PreviewAsync(
        Actor actor,
        string language,
        RenderedEmail email,
        CancellationToken cancellationToken = default)
    {
        if (EmailTemplateText.Check(email) is { } refusal)
        {
            return refusal;
        }

        var sample = await settings.CreateSampleAsync(actor, cancellationToken) with { Language = language };
        return EmailTemplateText.Fill(email, sample, sample.Total, new Money(0, sample.Currency), portal.FindUrl("/my/invoices"));
    }

    /// <summary>The reseller's template, or the portal's.</summary>
    internal static async Task<TemplateView> GetAsync(
        PortalDbContext db,
        EmailKind kind,
        DocumentLanguage language,
        CancellationToken cancellationToken)
    {
        var own = await db.EmailTemplates.AsNoTracking()
            .SingleOrDefaultAsync(t => t.Kind == kind && t.Language == language.Code, cancellationToken);
        return new TemplateView(
            kind,
            language.Code,
            own is null ? EmailTemplateText.Default(kind, language) : new RenderedEmail(own.Subject, own.Text),
            own is not null);
    }
}
