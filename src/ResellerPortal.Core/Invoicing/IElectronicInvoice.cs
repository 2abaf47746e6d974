namespace ResellerPortal.Core.Invoicing;

/// <summary>The two syntaxes of EN 16931.</summary>
public enum ElectronicSyntax
{
    /// <summary>OASIS UBL 2.1, as Peppol carries it.</summary>
    Ubl,

    /// <summary>UN/CEFACT Cross Industry Invoice, as Factur-X embeds it.</summary>
    Cii,
}

/// <summary>Writes an invoice as a machine reads it, from its snapshot alone.</summary>
public interface IElectronicInvoice
{
    /// <summary>What EN 16931 demands and the snapshot has not, in words for the reseller; empty where it can be written.</summary>
    IReadOnlyList<string> FindMissing(InvoiceSnapshot snapshot);

    /// <returns>An XML document in UTF-8.</returns>
    /// <exception cref="InvalidOperationException">Something is missing from it.</exception>
    byte[] Write(InvoiceSnapshot snapshot, ElectronicSyntax syntax);
}
