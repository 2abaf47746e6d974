using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>Writes EN 16931 e-invoices in the requested syntax.</summary>
public sealed class ElectronicInvoiceWriter : IElectronicInvoice
{
    public IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot) => ElectronicInvoiceRequirements.FindMissing(snapshot);

    public byte[] Write(InvoiceSnapshot snapshot, ElectronicSyntax syntax) => syntax switch
    {
        ElectronicSyntax.Ubl => UblInvoiceWriter.Write(snapshot),
        ElectronicSyntax.Cii => CiiInvoiceWriter.Write(snapshot),
        _ => throw new ArgumentOutOfRangeException(nameof(syntax)),
    };
}
