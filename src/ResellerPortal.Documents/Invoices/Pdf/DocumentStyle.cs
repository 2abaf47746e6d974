using System.Globalization;
using PdfSharp.Drawing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The fonts, colours and language of a reseller's documents.</summary>
internal class DocumentStyle
{
    private const double LetterheadHeight = 30;

    private readonly string _family;

    public DocumentStyle(string language, DocumentFont font, string accentColor)
    {
        ShippedFonts.Use();
        Language = DocumentLanguage.Get(language);
        _family = font switch
        {
            DocumentFont.SourceSerif => ShippedFonts.Serif,
            DocumentFont.PlexSans => ShippedFonts.Plex,
            _ => ShippedFonts.Text,
        };
        Accent = DocumentColors.FromHex(accentColor);
        Body = Font(9);
        Strong = Font(9, bold: true);
        Label = Font(7.5);
        Small = Font(6.5);
    }

    public DocumentLanguage Language { get; }

    public DocumentWords Words => Language.Words;

    public XColor Accent { get; }

    public XFont Body { get; }

    public XFont Strong { get; }

    public XFont Label { get; }

    public XFont Small { get; }

    public XFont Font(double size, bool bold = false) => PdfFlow.Font(size, bold, _family);

    public PdfTableStyle Table => new(Font, 9, 7.5, Language.DecimalPoint);

    /// <summary>Formats a text with its placeholders.</summary>
    public static string Format(string words, params object[] values) => string.Format(CultureInfo.InvariantCulture, words, values);

    public IEnumerable<string> Address(SnapshotParty party) => SnapshotText.GetPartyLines(party, Language);

    /// <summary>The head of each page after the first: from whom, what, and to whom.</summary>
    public void DrawLetterhead(PdfFlow flow, string seller, string title, string buyer)
    {
        var half = (flow.Width / 2) - 10;
        flow.Box(0, 0, flow.Right + PdfFlow.Margin, 6, Accent);
        flow.Text(TextLayout.Fit(seller, Strong, half), Strong, DocumentColors.Strong, flow.Left, 36);
        flow.Text(TextLayout.Fit(title, Strong, half), Strong, Accent, flow.Right, 36, Align.Right);
        flow.Text(TextLayout.Fit(buyer, Label, half), Label, DocumentColors.Soft, flow.Right, 48, Align.Right);
        flow.Y = PdfFlow.Margin + LetterheadHeight;
    }

    /// <summary>Draws wrapped lines as one paragraph.</summary>
    /// <returns>The baseline of the line after the last.</returns>
    public static double DrawLines(
        PdfFlow flow, IEnumerable<string> lines, XFont font, XColor color, double width, double baseline, double lineHeight)
    {
        flow.Tag(PdfTag.P, () =>
        {
            foreach (var line in lines.SelectMany(line => TextLayout.Wrap(line, font, width)))
            {
                flow.Text(line, font, color, flow.Left, baseline);
                baseline += lineHeight;
            }
        });
        return baseline;
    }
}
