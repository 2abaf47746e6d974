using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Documents.Invoices.Electronic;

/// <summary>Invoices for machines after EN 16931, in the syntax that is asked for.</summary>
public sealed class ElectronicInvoice : IElectronicInvoice
{
    public IReadOnlyList<string> MissingFrom(InvoiceSnapshot snapshot) => ElectronicInvoiceRules.MissingFrom(snapshot);

    public byte[] Write(InvoiceSnapshot snapshot, ElectronicSyntax syntax) => syntax switch
    {
        ElectronicSyntax.Ubl => UblInvoice.Write(snapshot),
        ElectronicSyntax.Cii => CiiInvoice.Write(snapshot),
        _ => throw new ArgumentOutOfRangeException(nameof(syntax)),
    };
}
