using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Sending;

/// <summary>A kind's words as they stand.</summary>
/// <param name="IsOwn">Whether the reseller wrote them.</param>
public sealed record TemplateView(EmailKind Kind, string Language, RenderedEmail Email, bool IsOwn);

/// <summary>What a reseller writes to its customers, and whether it goes by itself.</summary>
public sealed class EmailTemplateService(
    PortalDatabase database,
    InvoiceSettingsService settings,
    IMailer mailer,
    TimeProvider clock,
    PortalAddress portal)
{
    public bool CanMail => mailer.IsConfigured;

    /// <summary>Has documents mailed from now on, or no more. Those that are final already are not.</summary>
    public async Task<Outcome<Reseller>> SetAutomaticMailAsync(Actor actor, bool isOn, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesConfigure);
        if (isOn && !mailer.IsConfigured)
        {
            return Refusal.Because("The portal has no mail server yet. Ask its operator to set one up.");
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
                isOn ? "invoices are mailed as soon as they are final" : "invoices are not mailed by themselves",
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

    /// <param name="email">Own words; null goes back to those of the portal.</param>
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
            return Refusal.Because("Choose one of the languages.", nameof(language));
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
            $"{(email is null ? "took back" : "changed")} the words of letters: {kind}, {language}",
            actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return await GetAsync(db, kind, DocumentLanguage.Get(language), cancellationToken);
    }

    /// <summary>A letter about a made-up invoice, as a customer would read it.</summary>
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

    /// <summary>The reseller's own words, or the portal's.</summary>
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
