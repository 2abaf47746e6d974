using System.Globalization;
using PdfSharp.Drawing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Drawing;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A snapshot with the fonts, colours and language that its document is drawn in.</summary>
internal sealed class InvoiceStyle
{
    private readonly string _family;

    public InvoiceStyle(InvoiceSnapshot snapshot)
    {
        ShippedFonts.Use();
        Snapshot = snapshot;
        Language = DocumentLanguage.Of(snapshot.Language);
        _family = snapshot.Font switch
        {
            DocumentFont.SourceSerif => ShippedFonts.Serif,
            DocumentFont.PlexSans => ShippedFonts.Plex,
            _ => ShippedFonts.Text,
        };
        Accent = Ink.Of(snapshot.AccentColor);
        Body = Font(9);
        Strong = Font(9, bold: true);
        Label = Font(7.5);
        Small = Font(6.5);
    }

    public InvoiceSnapshot Snapshot { get; }

    public DocumentLanguage Language { get; }

    public DocumentWords Words => Language.Words;

    public XColor Accent { get; }

    public XFont Body { get; }

    public XFont Strong { get; }

    public XFont Label { get; }

    public XFont Small { get; }

    public bool IsCredit => Snapshot.Credits is not null;

    public string Title => IsCredit ? Words.CreditNote : Words.Invoice;

    public XFont Font(double size, bool bold = false) => Sheet.Font(size, bold, _family);

    /// <summary>A line of words with what belongs in their places.</summary>
    public static string Say(string words, params object[] values) => string.Format(CultureInfo.InvariantCulture, words, values);

    public string Amount(long minorUnits) => Language.Amount(new Money(minorUnits, Snapshot.Currency));

    public string AmountWithCurrency(long minorUnits) => Language.AmountWithCurrency(new Money(minorUnits, Snapshot.Currency));

    public IEnumerable<string> Address(SnapshotParty party) =>
        party.Address.Lines().Append(party.VatId is null ? "" : Say(Words.VatId, party.VatId)).Append(party.Email).Where(line => line.Length > 0);
}
