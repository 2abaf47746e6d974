namespace ResellerPortal.Core.Invoicing;

/// <summary>Draws an invoice from its snapshot alone. The one place where a PDF library meets the portal.</summary>
public interface IInvoiceDocument
{
    /// <param name="logo">The image whose hash the snapshot names; null where it names none.</param>
    /// <returns>A PDF file; the same snapshot gives the same bytes.</returns>
    byte[] Draw(InvoiceSnapshot snapshot, byte[]? logo);

    /// <summary>Whether a file is an image that can be drawn as a logo.</summary>
    bool CanShow(byte[] image);
}
