using System.Threading.Channels;
using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Documents.Invoices;

/// <summary>
/// Writes invoices as files, a few in parallel with finalisation. Disposing waits for the last file; disk errors are thrown there or by the
/// next write.
/// </summary>
public sealed class DocumentWriter : IAsyncDisposable
{
    private readonly Channel<(DirectoryInfo Folder, InvoiceSnapshot Snapshot, byte[]? Logo)> _waiting =
        Channel.CreateBounded<(DirectoryInfo, InvoiceSnapshot, byte[]?)>(Environment.ProcessorCount * 4);
    private readonly Task _work;

    public DocumentWriter(IInvoiceDocument pdf, IElectronicInvoice xml)
    {
        _work = Parallel.ForEachAsync(_waiting.Reader.ReadAllAsync(), async (invoice, cancellationToken) =>
        {
            var file = GetFilePath(invoice.Folder, invoice.Snapshot);
            await File.WriteAllBytesAsync(file, pdf.Draw(invoice.Snapshot, invoice.Logo), cancellationToken);
            if (xml.FindMissing(invoice.Snapshot).Count == 0)
            {
                await File.WriteAllBytesAsync(
                    Path.ChangeExtension(file, ".xml"), xml.Write(invoice.Snapshot, ElectronicSyntax.Ubl), cancellationToken);
            }
        });
        _work.ContinueWith(work => _waiting.Writer.TryComplete(work.Exception?.GetBaseException()), TaskScheduler.Default);
    }

    /// <summary>The path of an invoice's PDF; its XML, if any, is next to it.</summary>
    public static string GetFilePath(DirectoryInfo folder, InvoiceSnapshot snapshot) =>
        Path.Combine(folder.FullName, snapshot.Number.Replace('/', '-') + ".pdf");

    /// <summary>Queues an invoice; waits while the queue is full.</summary>
    public ValueTask WriteAsync(DirectoryInfo folder, InvoiceSnapshot snapshot, byte[]? logo) =>
        _waiting.Writer.WriteAsync((folder, snapshot, logo));

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _work;
    }
}
