using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Insights;

/// <summary>One side of a document's transaction in the general ledger.</summary>
/// <param name="Amount">In the reseller's currency: positive for a debit, negative for a credit.</param>
/// <param name="CurrencyAmount">The same in the document's currency.</param>
/// <param name="IsRevenue">Whether the document's tax information belongs to this entry.</param>
public sealed record GeneralLedgerEntry(JournalLine Source, int Account, Money Amount, Money CurrencyAmount, bool IsRevenue);

/// <summary>Posts a journal by double entry: what a customer owes, against revenue and output tax.</summary>
public static class GeneralLedger
{
    /// <returns>The entries of each document one after another; an amount of zero has none.</returns>
    public static IReadOnlyList<GeneralLedgerEntry> Post(JournalBatch batch) =>
        [.. batch.Lines.SelectMany(line => PostLine(line, batch.Accounts)).Where(entry => !entry.Amount.IsZero)];

    private static GeneralLedgerEntry[] PostLine(JournalLine line, JournalAccounts accounts)
    {
        var (document, booked) = (line.Document, line.Document.Booked!);
        var tax = document.Kind == SupplyKind.OneStopShop ? accounts.OneStopShopTax : accounts.OutputTax;
        return
        [
            new(line, line.Debtor, booked.Gross, line.Gross, IsRevenue: false),
            new(line, line.Revenue, -booked.Net, -document.Net, IsRevenue: true),
            new(line, tax, -booked.Tax, -document.Tax, IsRevenue: false),
        ];
    }
}
