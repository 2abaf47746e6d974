using System.Collections;
using PdfSharp.Drawing;
using QRCoder;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A transfer as a payment QR code (European Payments Council, EPC069-12, version 2), which is limited to euros.</summary>
internal sealed class PaymentCode
{
    /// <summary>Width and height in points.</summary>
    public const double Size = 84;

    private readonly IReadOnlyList<BitArray> _modules;

    private PaymentCode(IReadOnlyList<BitArray> modules) => _modules = modules;

    /// <returns>Null where there is nothing to transfer in euros.</returns>
    public static PaymentCode? Create(InvoiceSnapshot snapshot)
    {
        if (snapshot is not { Credits: null, Account: { } account, Payable.MinorUnits: > 0 and <= 99_999_999_999, Currency.Code: "EUR" })
        {
            return null;
        }

        var transfer = new PayloadGenerator.Girocode(
            account.Iban,
            account.Bic.Length == 0 ? null : account.Bic,
            account.Holder,
            snapshot.Payable.Amount,
            remittanceInformation: snapshot.Number,
            version: PayloadGenerator.Girocode.GirocodeVersion.Version2,
            encoding: PayloadGenerator.Girocode.GirocodeEncoding.UTF_8);

        // The payload is declared as UTF-8; without force, Western European names would be encoded as Latin-1.
        using var code = QRCodeGenerator.GenerateQrCode(transfer.ToString(), QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        return new PaymentCode([.. code.ModuleMatrix]);
    }

    public void Draw(PdfFlow flow, InvoiceStyle style, double top)
    {
        var left = flow.Right - Size;
        flow.Figure(style.Words.ScanToPay, new XRect(left, top, Size, Size), () => flow.Fill(GetBars(left, top), DocumentColors.Strong));
        var font = TextLayout.Shrink(style.Words.ScanToPay, style.Small, Size);
        var indent = (Size - TextLayout.Measure(style.Words.ScanToPay, font)) / 2;
        flow.Text(PdfTag.P, style.Words.ScanToPay, font, DocumentColors.Soft, left + indent, top + Size + 9);
    }

    /// <summary>The dark modules, those beside each other as one bar.</summary>
    private IEnumerable<XRect> GetBars(double left, double top)
    {
        var module = Size / _modules.Count;
        for (var row = 0; row < _modules.Count; row++)
        {
            for (var from = 0; from < _modules.Count; from++)
            {
                var until = from;
                while (until < _modules.Count && _modules[row][until])
                {
                    until++;
                }

                if (until > from)
                {
                    yield return new XRect(left + (from * module), top + (row * module), (until - from) * module, module);
                    from = until;
                }
            }
        }
    }
}
