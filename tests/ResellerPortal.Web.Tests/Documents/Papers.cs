using ResellerPortal.Core.Invoicing;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>A snapshot in each of its forms.</summary>
internal static class Papers
{
    public static byte[] Pdf(InvoiceSnapshot snapshot, byte[]? logo = null) => new InvoicePdf().Draw(snapshot, logo);

    public static byte[] Ubl(InvoiceSnapshot snapshot) => new ElectronicInvoice().Write(snapshot, ElectronicSyntax.Ubl);

    public static byte[] Cii(InvoiceSnapshot snapshot) => new ElectronicInvoice().Write(snapshot, ElectronicSyntax.Cii);
}
