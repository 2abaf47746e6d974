using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>The payment details, and the tax notes required by law.</summary>
internal sealed class PaymentBlock(PdfFlow flow, InvoiceStyle style)
{
    private const double LineHeight = 13;
    private const double LabelWidth = 110;

    private readonly List<(string Name, string Value)> _account = Account(style);
    private readonly IReadOnlyList<string> _notes = SnapshotText.GetNotes(style.Snapshot, style.Language);
    private readonly PaymentCode? _code = PaymentCode.Create(style.Snapshot);
    private readonly string? _link = Link(style);
    private readonly string _text = Text(style);

    /// <summary>The height of the whole block.</summary>
    public double Height
    {
        get
        {
            var text = TextLayout.Wrap(_text, style.Body, TextWidth).Count + _account.Count + (_link is null ? 0 : 1);
            var notes = _notes.Sum(note => TextLayout.Wrap(note, style.Body, flow.Width).Count);
            var block = Math.Max(20 + (LineHeight * text), _code is null ? 0 : PaymentCode.Size + 18);
            return block + (notes > 0 ? 6 : 0) + (LineHeight * notes);
        }
    }

    private double TextWidth => _code is null ? flow.Width : flow.Width - PaymentCode.Size - 24;

    public void Draw()
    {
        flow.Reserve(Math.Min(Height, flow.Bottom - PdfFlow.Margin));
        var top = flow.Y;
        flow.Text(
            PdfTag.H2,
            style.IsCredit ? style.Words.Credit : style.Words.Payment,
            style.Font(10, bold: true),
            style.Accent,
            flow.Left,
            top + 8);
        flow.Y += 16;
        flow.Tag(PdfTag.P, () => flow.Paragraph(_text, style.Body, DocumentColors.Strong, flow.Left, TextWidth, LineHeight));
        DrawAccount();
        DrawLink();
        if (_code is not null)
        {
            _code.Draw(flow, style, top);
            flow.Y = Math.Max(flow.Y, top + PaymentCode.Size + 16);
        }

        flow.Y += _notes.Count > 0 ? 6 : 0;
        foreach (var note in _notes)
        {
            flow.Tag(PdfTag.P, () => flow.Paragraph(note, style.Body, DocumentColors.Soft, flow.Left, flow.Width, LineHeight));
        }
    }

    private void DrawAccount()
    {
        if (_account.Count == 0)
        {
            return;
        }

        flow.Y += 4;
        flow.Tag(PdfTag.Table, () =>
        {
            foreach (var (name, value) in _account)
            {
                var width = TextWidth - LabelWidth;
                var font = TextLayout.Shrink(value, style.Strong, width);
                flow.Tag(PdfTag.TR, () =>
                {
                    flow.Tag(PdfTag.TH, () => flow.Text(name, style.Label, DocumentColors.Soft, flow.Left, flow.Y + 10), scope: "Row");
                    flow.Text(
                        PdfTag.TD, TextLayout.Fit(value, font, width), font, DocumentColors.Strong, flow.Left + LabelWidth, flow.Y + 10);
                });
                flow.Y += LineHeight;
            }
        });
    }

    private void DrawLink()
    {
        if (_link is null)
        {
            return;
        }

        var width = TextWidth - LabelWidth;
        var font = TextLayout.Shrink(_link, style.Body, width);
        flow.Tag(PdfTag.P, () =>
        {
            flow.Text(style.Words.PayOnline, style.Label, DocumentColors.Soft, flow.Left, flow.Y + 10);
            flow.Link(_link, TextLayout.Fit(_link, font, width), font, style.Accent, flow.Left + LabelWidth, flow.Y + 10);
        });
        flow.Y += LineHeight;
    }

    private static string? Link(InvoiceStyle style) =>
        style.IsCredit || style.Snapshot.Payable.MinorUnits <= 0 ? null : style.Snapshot.PayLink;

    private static string Text(InvoiceStyle style)
    {
        var (snapshot, words) = (style.Snapshot, style.Words);
        var lines = snapshot.Credits is { } credits
            ? [
                InvoiceStyle.Format(
                    words.CreditedSentence,
                    style.AmountWithCurrency(snapshot.TotalMinorUnits),
                    credits.Number,
                    style.Language.Day(credits.IssuedOn)),
                InvoiceStyle.Format(words.Reason, credits.Reason),
            ]
            : snapshot.TotalMinorUnits < 0 ? [InvoiceStyle.Format(words.NothingToPay, style.AmountWithCurrency(-snapshot.TotalMinorUnits))]
            : snapshot is { FromBalanceMinorUnits: > 0, Payable.MinorUnits: 0 } ? [words.AllPaidFromBalance]
            : new[]
            {
                InvoiceStyle.Format(
                    words.PleasePay,
                    style.AmountWithCurrency(snapshot.Payable.MinorUnits),
                    style.Language.Day(snapshot.DueOn),
                    snapshot.Number),
                snapshot.PaymentInstructions,
            };
        return string.Join('\n', lines.Where(line => line.Length > 0));
    }

    private static List<(string Name, string Value)> Account(InvoiceStyle style)
    {
        if (style.IsCredit || style.Snapshot is not { Payable.MinorUnits: > 0, Account: { } account })
        {
            return [];
        }

        List<(string, string)> rows = [(style.Words.AccountHolder, account.Holder), ("IBAN", account.ReadableIban)];
        if (account.Bic.Length > 0)
        {
            rows.Add(("BIC", account.Bic));
        }

        rows.Add((style.Words.Reference, style.Snapshot.Number));
        return rows;
    }
}
