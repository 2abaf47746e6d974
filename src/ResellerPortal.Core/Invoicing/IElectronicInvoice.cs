namespace ResellerPortal.Core.Invoicing;

/// <summary>The two syntaxes of EN 16931.</summary>
public enum ElectronicSyntax
{
    /// <summary>OASIS UBL 2.1, as used by Peppol.</summary>
    Ubl,

    /// <summary>UN/CEFACT Cross Industry Invoice, as embedded by Factur-X.</summary>
    Cii,
}

/// <summary>Writes an invoice as structured XML, from its snapshot alone.</summary>
public interface IElectronicInvoice
{
    /// <summary>
    /// Lists what EN 16931 requires and the snapshot lacks, in words for the reseller; empty if the document can be written.
    /// </summary>
    IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot);

    /// <returns>An XML document in UTF-8.</returns>
    /// <exception cref="InvalidOperationException">Required data is missing.</exception>
    byte[] Write(InvoiceSnapshot snapshot, ElectronicSyntax syntax);
}
