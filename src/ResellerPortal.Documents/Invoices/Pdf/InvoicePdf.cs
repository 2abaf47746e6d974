using PdfSharp.Drawing;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Documents.Drawing;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Typography;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>
/// Renders an invoice or credit note as PDF/A-3b with PDFsharp, from the snapshot alone. Where EN 16931 allows it, the e-invoice is
/// embedded (Factur-X).
/// </summary>
public sealed class InvoicePdf : IInvoiceDocument
{
    private const int MaxLogoPixels = 4_000;

    public byte[] Draw(InvoiceSnapshot snapshot, byte[]? logo)
    {
        snapshot = SnapshotCleaner.Clean(snapshot);
        var style = new InvoiceStyle(snapshot);
        using var flow = new PdfFlow($"{style.Title} {snapshot.Number}", snapshot.Seller.Name) { FootHeight = 80 };
        InvoiceHeader.Draw(flow, style, logo);
        if (snapshot.Credits is null)
        {
            UsageChart.Draw(flow, style);
        }

        var payment = new PaymentBlock(flow, style);
        InvoiceTable.Draw(flow, style, payment.Height);
        payment.Draw();
        TokenAppendix.Draw(flow, style);
        flow.OnEachPage((foot, number) => InvoiceFooter.Draw(foot, style, number));
        return flow.ToArchive(new PdfArchiveOptions(
            snapshot.IssuedOn.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            snapshot.Language,
            ElectronicInvoiceRequirements.FindMissing(snapshot).Count > 0 ? null : CreateAttachment(snapshot)));
    }

    public IReadOnlyList<string> FindUnprintable(string text) => TextShaper.FindMissing(DocumentText.CleanLines(text));

    /// <summary>An XRechnung in a PDF has a name and a profile of its own (Factur-X 1.0, reference profile XRECHNUNG).</summary>
    private static PdfAttachment CreateAttachment(InvoiceSnapshot snapshot) =>
        snapshot.ElectronicProfile == ElectronicProfile.XRechnung
            ? new PdfAttachment("xrechnung.xml", CiiInvoiceWriter.Write(snapshot), "XRECHNUNG")
            : new PdfAttachment("factur-x.xml", CiiInvoiceWriter.Write(snapshot), "EN 16931");

    public bool CanShow(byte[] image)
    {
        if (!ImageLimits.IsWithin(image, MaxLogoPixels))
        {
            return false;
        }

        try
        {
            using var stream = new MemoryStream(image);
            using var decoded = XImage.FromStream(stream);
            return decoded.PixelWidth > 0;
        }
#pragma warning disable CA1031 // Untrusted file; PDFsharp does not document its exceptions for unreadable images.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
