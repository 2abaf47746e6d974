using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Documents.Invoices.Pdf;

/// <summary>A snapshot with its document's style.</summary>
internal sealed class InvoiceStyle(InvoiceSnapshot snapshot) : DocumentStyle(snapshot.Language, snapshot.Font, snapshot.AccentColor)
{
    public InvoiceSnapshot Snapshot => snapshot;

    public bool IsCredit => snapshot.Credits is not null;

    public string Title => IsCredit ? Words.CreditNote : Words.Invoice;

    public string Amount(long minorUnits) => Language.Amount(new Money(minorUnits, snapshot.Currency));

    public string AmountWithCurrency(long minorUnits) => Language.AmountWithCurrency(new Money(minorUnits, snapshot.Currency));
}
