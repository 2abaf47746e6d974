using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Web.Components;

/// <summary>A finalised invoice on the reseller's and the customer's pages, from the snapshot that its PDF is made from.</summary>
public sealed partial class InvoiceContent
{
    private static readonly DocumentLanguage English = DocumentLanguage.English;

    [Parameter, EditorRequired]
    public InvoiceDetail Detail { get; set; } = null!;

    /// <summary>The address that its credit notes' files are below: "/my" or "/reseller".</summary>
    [Parameter, EditorRequired]
    public string Area { get; set; } = "";

    /// <summary>The address of the entries that it bills; null if it bills none.</summary>
    [Parameter]
    public string? LedgerAddress { get; set; }

    /// <summary>What else can be done with a credit note.</summary>
    [Parameter]
    public RenderFragment<CreditNoteRow>? CreditNoteActions { get; set; }

    private InvoiceSnapshot Snapshot => Detail.Snapshot;

    private SnapshotLedgerRange Ledger => Detail.Snapshot.Ledger;

    /// <summary>What leads from the total to the amount due.</summary>
    private IEnumerable<(string Name, Money Amount)> Settlements
    {
        get
        {
            if (!Detail.View.Row.LateFee.IsZero)
            {
                yield return ("Late fee", Detail.View.Row.LateFee);
            }

            foreach (var payment in Detail.Payments)
            {
                yield return ($"{GetName(payment.Kind)}, {NumberText.Day(payment.Day)}", -payment.Amount);
            }

            foreach (var note in Detail.View.Row.CreditNotes)
            {
                yield return ($"Credit note {note.Number}", -note.Total);
            }

            if (!Detail.View.WrittenOff.IsZero)
            {
                yield return ("Written off", -Detail.View.WrittenOff);
            }
        }
    }

    private static string GetName(InvoicePaymentKind kind) => kind switch
    {
        InvoicePaymentKind.Payment => "Payment",
        InvoicePaymentKind.Refund => "Refund",
        InvoicePaymentKind.FromBalance => "Paid from the balance",
        _ => "Returned to the balance",
    };

    private static string GetTaxName(SnapshotTax tax) => SnapshotText.GetTaxName(tax.Category, English.Words)
        + (tax.Category == "O" ? "" : $", {English.Percent(tax.RateBasisPoints)}");

    private Money GetMoney(long minorUnits) => new(minorUnits, Snapshot.Currency);
}
