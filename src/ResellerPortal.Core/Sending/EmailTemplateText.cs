using System.Text.RegularExpressions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Core.Sending;

/// <summary>Subject and text of an email, with or without placeholders.</summary>
public sealed record RenderedEmail(string Subject, string Text);

/// <summary>Fills placeholders such as {number} in email templates.</summary>
public static partial class EmailTemplateText
{
    public const int MaxSubject = 200;
    public const int MaxText = 4_000;

    /// <summary>The supported placeholders.</summary>
    public static IReadOnlyList<string> Places { get; } = ["customer", "seller", "number", "period", "total", "open", "due", "fee", "link"];

    /// <summary>The kinds of email that have a template: those about an invoice.</summary>
    public static IReadOnlyList<EmailKind> Kinds { get; } =
        [EmailKind.Invoice, EmailKind.CreditNote, EmailKind.Reminder, EmailKind.SecondReminder, EmailKind.FinalNotice];

    /// <summary>The portal's default template.</summary>
    public static RenderedEmail Default(EmailKind kind, DocumentLanguage language) => kind switch
    {
        EmailKind.Invoice => new RenderedEmail(language.Words.InvoiceSubject, language.Words.InvoiceEmail),
        EmailKind.CreditNote => new RenderedEmail(language.Words.CreditNoteSubject, language.Words.CreditNoteEmail),
        EmailKind.Reminder => new RenderedEmail(language.Words.ReminderSubject, language.Words.ReminderEmail),
        EmailKind.SecondReminder => new RenderedEmail(language.Words.SecondReminderSubject, language.Words.SecondReminderEmail),
        EmailKind.FinalNotice => new RenderedEmail(language.Words.FinalNoticeSubject, language.Words.FinalNoticeEmail),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Why a template cannot be used; null if it can.</summary>
    public static Refusal? Check(RenderedEmail template)
    {
        var unknown = PlaceholderRegex()
            .Matches(template.Subject + template.Text)
            .Select(m => m.Groups["name"].Value)
            .Except(Places)
            .ToList();
        return template.Subject.Trim().Length is 0 or > MaxSubject || template.Subject.Any(char.IsControl)
                ? Refusal.Because($"Enter a subject of 1 to {MaxSubject} characters on one line.", nameof(template.Subject))
            : template.Text.Trim().Length is 0 or > MaxText
            ? Refusal.Because($"Enter a text of 1 to {MaxText} characters.", nameof(template.Text))
            : unknown.Count > 0
            ? Refusal.Because(
                $"{{{unknown[0]}}} is not a known placeholder. Use {string.Join(", ", Places.Select(p => "{" + p + "}"))}.",
                nameof(template.Text))
            : null;
    }

    /// <summary>Fills a template for a document.</summary>
    /// <param name="open">The amount still due.</param>
    /// <param name="fee">The late fee included in it; zero for none.</param>
    /// <param name="link">Where the customer finds its invoices; null if unknown.</param>
    public static RenderedEmail Fill(RenderedEmail template, InvoiceSnapshot snapshot, Money open, Money fee, string? link)
    {
        var language = DocumentLanguage.Get(snapshot.Language);
        var values = new Dictionary<string, string>
        {
            ["customer"] = snapshot.Buyer.Name,
            ["seller"] = snapshot.Seller.Name,
            ["number"] = snapshot.Number,
            ["period"] = $"{language.Day(snapshot.PeriodFrom)} – {language.Day(snapshot.PeriodTo)}",
            ["total"] = language.AmountWithCurrency(snapshot.Total),
            ["open"] = language.AmountWithCurrency(open),
            ["due"] = language.Day(snapshot.DueOn),
            ["fee"] = language.AmountWithCurrency(fee),
            ["link"] = link ?? language.Words.ThePortal,
        };
        return new RenderedEmail(FillPlaceholders(template.Subject), FillPlaceholders(template.Text));

        string FillPlaceholders(string words) => PlaceholderRegex().Replace(words, match => values[match.Groups["name"].Value]);
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex PlaceholderRegex();
}
