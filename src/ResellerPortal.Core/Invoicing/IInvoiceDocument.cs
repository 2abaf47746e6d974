namespace ResellerPortal.Core.Invoicing;

/// <summary>Draws an invoice from its snapshot alone. The one place where a PDF library meets the portal.</summary>
public interface IInvoiceDocument
{
    /// <returns>A PDF file.</returns>
    byte[] Draw(InvoiceSnapshot snapshot);
}
