using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Takes what no document can show out of a snapshot's texts. They are refused where they are entered; a snapshot never changes, so one
/// that came past would keep its document from being drawn for ever.
/// </summary>
public static class SnapshotCleaner
{
    public static InvoiceSnapshot Clean(InvoiceSnapshot snapshot) => snapshot with
    {
        Number = Clean(snapshot.Number),
        Seller = Clean(snapshot.Seller),
        Buyer = Clean(snapshot.Buyer),
        BuyerReference = snapshot.BuyerReference is { } reference ? Clean(reference) : null,
        Lines = [.. snapshot.Lines.Select(line => line with { Description = Clean(line.Description) })],
        Taxes = [.. snapshot.Taxes.Select(tax => tax.Reason is { } reason ? tax with { Reason = Clean(reason) } : tax)],
        PaymentInstructions = DocumentText.CleanLines(snapshot.PaymentInstructions),
        Account = snapshot.Account is { } account ? account with { Holder = Clean(account.Holder) } : null,
        PayLink = snapshot.PayLink is { } link ? Clean(link) : null,
        Tokens = [.. snapshot.Tokens.Select(token => token with { Environment = Clean(token.Environment) })],
        Credits = snapshot.Credits is { } credits ? credits with { Reason = Clean(credits.Reason) } : null,
    };

    private static SnapshotParty Clean(SnapshotParty party) => party with
    {
        Name = Clean(party.Name),
        Address = new PostalAddress(
            Clean(party.Address.Street), Clean(party.Address.PostalCode), Clean(party.Address.City), party.Address.Country),
        Email = Clean(party.Email),
        ContactName = Clean(party.ContactName),
        Phone = Clean(party.Phone),
        Registration = new CompanyRegistration(
            Clean(party.Registration.Number),
            Clean(party.Registration.TaxNumber),
            Clean(party.Registration.LegalForm),
            Clean(party.Registration.Court)),
    };

    private static string Clean(string text) => DocumentText.Clean(text);
}
