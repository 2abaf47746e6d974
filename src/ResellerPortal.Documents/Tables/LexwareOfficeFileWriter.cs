using System.IO.Compression;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Documents.Tables;

/// <summary>
/// Writes a month's documents for Lexware Office (formerly lexoffice), which imports no bookings: it takes invoices as documents and reads
/// them itself, e-invoices exactly. So the file is a ZIP of the PDFs, to be dropped on its list of receipts ("Belege") together. Sources:
/// https://support.lexoffice.de/import-export-in-lexoffice/wie-importiere-ich-daten-in-lexoffice and
/// https://help.lexware.de/de-form/articles/5120197-mehrere-belege-gleichzeitig-hochladen.
/// </summary>
public static class LexwareOfficeFileWriter
{
    /// <summary>Writes one document after another, so that only one is held in memory.</summary>
    /// <param name="createPdfAsync">Draws a document.</param>
    public static async Task WriteAsync(
        Stream stream,
        JournalBatch batch,
        Func<InvoiceSnapshot, Task<byte[]>> createPdfAsync,
        CancellationToken cancellationToken)
    {
        // A ZIP ends its entries synchronously, which a response does not allow, so it is written to a temporary file first.
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81_920, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await using (var zip = await ZipArchive.CreateAsync(
            file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            foreach (var snapshot in batch.Lines.Where(line => !line.Gross.IsZero).Select(line => line.Document.Snapshot))
            {
                var entry = zip.CreateEntry($"{ToFileName(snapshot.Number)}.pdf", CompressionLevel.Fastest);
                await using var document = await entry.OpenAsync(cancellationToken);
                await document.WriteAsync(await createPdfAsync(snapshot), cancellationToken);
            }
        }

        file.Position = 0;
        await file.CopyToAsync(stream, cancellationToken);
    }

    private static string ToFileName(string number) =>
        string.Concat(number.Select(character => char.IsLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '-'));
}
