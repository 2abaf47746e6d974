using System.Text.RegularExpressions;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Sending;

/// <summary>Subject and text of a letter, with or without places for what is put in.</summary>
public sealed record RenderedEmail(string Subject, string Text);

/// <summary>Fills places such as {number} in a letter's words.</summary>
public static partial class EmailTemplateText
{
    public const int MaxSubject = 200;
    public const int MaxText = 4_000;

    /// <summary>The places that a letter may have.</summary>
    public static IReadOnlyList<string> Places { get; } = ["customer", "seller", "number", "period", "total", "open", "due", "fee", "link"];

    /// <summary>The words that come with the portal.</summary>
    public static RenderedEmail Default(EmailKind kind, DocumentLanguage language) => kind switch
    {
        EmailKind.Invoice => new RenderedEmail(language.Words.InvoiceSubject, language.Words.InvoiceLetter),
        EmailKind.CreditNote => new RenderedEmail(language.Words.CreditNoteSubject, language.Words.CreditNoteLetter),
        EmailKind.Reminder => new RenderedEmail(language.Words.ReminderSubject, language.Words.ReminderLetter),
        EmailKind.SecondReminder => new RenderedEmail(language.Words.SecondReminderSubject, language.Words.SecondReminderLetter),
        EmailKind.FinalNotice => new RenderedEmail(language.Words.FinalNoticeSubject, language.Words.FinalNoticeLetter),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Why a template cannot be used; null where it can.</summary>
    public static Refusal? Check(RenderedEmail template)
    {
        var unknown = PlaceholderRegex()
            .Matches(template.Subject + template.Text)
            .Select(m => m.Groups["name"].Value)
            .Except(Places)
            .ToList();
        return template.Subject.Trim().Length is 0 or > MaxSubject || template.Subject.Any(char.IsControl)
                ? Refusal.Because($"A subject has 1 to {MaxSubject} characters in one line.", nameof(template.Subject))
            : template.Text.Trim().Length is 0 or > MaxText
            ? Refusal.Because($"A letter has 1 to {MaxText} characters.", nameof(template.Text))
            : unknown.Count > 0
            ? Refusal.Because(
                $"Nothing is known to put in for {{{unknown[0]}}}. Use {string.Join(", ", Places.Select(p => "{" + p + "}"))}.",
                nameof(template.Text))
            : null;
    }

    /// <summary>A letter about a document.</summary>
    /// <param name="open">What is still due of it.</param>
    /// <param name="fee">The late fee in that; zero for none.</param>
    /// <param name="link">Where the customer finds its invoices; null where that is not known.</param>
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
        return new RenderedEmail(With(template.Subject), With(template.Text));

        string With(string words) => PlaceholderRegex().Replace(words, match => values[match.Groups["name"].Value]);
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}")]
    private static partial Regex PlaceholderRegex();
}
