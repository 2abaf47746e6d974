namespace ResellerPortal.Core.Invoicing;

/// <summary>Renders an invoice from its snapshot alone, independent of any PDF library.</summary>
public interface IInvoiceDocument
{
    /// <param name="logo">The image with the snapshot's logo hash; null if it has none.</param>
    /// <returns>A PDF file; the same snapshot produces the same bytes.</returns>
    byte[] Draw(InvoiceSnapshot snapshot, byte[]? logo);

    /// <summary>Finds the letters of a text that no font of documents has.</summary>
    /// <returns>Each once, with its marks.</returns>
    IReadOnlyList<string> FindUnprintable(string text);

    /// <summary>Whether a file is an image that can be used as a logo.</summary>
    bool CanShow(byte[] image);
}
