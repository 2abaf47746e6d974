using System.Globalization;
using System.Text;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.BankStatements;

/// <summary>An invoice with an amount due.</summary>
public sealed record OpenInvoice(Guid Id, string Number, CustomerId CustomerId, string CustomerName, DateOnly DueOn, Money Due);

/// <summary>The probable match of a payment.</summary>
/// <param name="Invoices">The invoices it pays, in this order; any excess goes to the customer's balance.</param>
/// <param name="IsCertain">Whether it names what it pays and matches the amount due exactly.</param>
/// <param name="Why">The explanation for the user.</param>
public sealed record BankMatchProposal(
    CustomerId CustomerId,
    string CustomerName,
    IReadOnlyList<OpenInvoice> Invoices,
    bool IsCertain,
    string Why);

/// <summary>Finds the invoices that a payment is for. Deterministic: the same payment and invoices give the same proposal.</summary>
public static class BankTransactionMatcher
{
    private const int ShortestName = 4;

    /// <param name="open">All open invoices of the reseller.</param>
    /// <param name="payer">The customer for which the same account paid before; null if none.</param>
    /// <returns>Null if there is no match.</returns>
    public static BankMatchProposal? FindProposal(BankTransaction transaction, IReadOnlyList<OpenInvoice> open, CustomerId? payer)
    {
        List<OpenInvoice> inCurrency = [
            .. open.Where(i => i.Due.Currency == transaction.Currency).OrderBy(i => i.DueOn).ThenBy(i => i.Number, StringComparer.Ordinal)
        ];
        var named = inCurrency.FindAll(i => MentionsNumber(transaction.Reference, i.Number));
        if (named.Count > 0)
        {
            return named.DistinctBy(i => i.CustomerId).Count() == 1 ? FindForNamedInvoices(transaction.Amount, named) : null;
        }

        return payer is { } known && inCurrency.FindAll(i => i.CustomerId == known) is { Count: > 0 } ofPayer
            ? FindForCustomer(transaction.Amount, ofPayer, "the same account has paid for this customer before")
                : inCurrency.FindAll(i => MatchesName(transaction.Counterparty, i.CustomerName)) is { Count: > 0 } ofName
                    && ofName.DistinctBy(i => i.CustomerId).Count() == 1
                        ? FindForCustomer(transaction.Amount, ofName, "the payer's name matches")
                : inCurrency.FindAll(i => i.Due == transaction.Amount) is [var only]
                ? new BankMatchProposal(only.CustomerId, only.CustomerName, [only], IsCertain: false, "no other invoice has this amount")
                : null;
    }

    private static BankMatchProposal FindForNamedInvoices(Money amount, List<OpenInvoice> named)
    {
        var due = Money.Sum(named.Select(i => i.Due), amount.Currency);
        var why = amount == due ? "names the invoice and matches the amount due"
            : amount < due ? $"names the invoice and pays part of the {due} due"
            : $"names the invoice; the excess of {amount - due} goes to the balance";
        return new BankMatchProposal(named[0].CustomerId, named[0].CustomerName, named, amount == due, why);
    }

    private static BankMatchProposal FindForCustomer(Money amount, List<OpenInvoice> ofCustomer, string why)
    {
        IReadOnlyList<OpenInvoice> paid = ofCustomer.Find(i => i.Due == amount) is { } exact ? [exact] : ofCustomer;
        return new BankMatchProposal(ofCustomer[0].CustomerId, ofCustomer[0].CustomerName, paid, IsCertain: false, why);
    }

    /// <summary>Whether a text contains a number, ignoring spaces and dashes, and not as part of a longer number.</summary>
    private static bool MentionsNumber(string text, string number)
    {
        for (var start = 0; start < text.Length; start++)
        {
            if (FindEnd(text, start, number) is { } end
                && (start == 0 || !char.IsAsciiDigit(text[start - 1]) || !char.IsAsciiDigit(text[start]))
                && (end == text.Length || !char.IsAsciiDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The end of a number that starts at a position of the text; null if none starts there.</summary>
    private static int? FindEnd(string text, int start, string number)
    {
        var at = start;
        foreach (var wanted in number.Where(char.IsLetterOrDigit))
        {
            while (at > start && at < text.Length && !char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            if (at == text.Length || char.ToUpperInvariant(text[at]) != char.ToUpperInvariant(wanted))
            {
                return null;
            }

            at++;
        }

        return at;
    }

    private static bool MatchesName(string payer, string customer)
    {
        var (given, wanted) = (Normalize(payer), Normalize(customer));
        return given.Length >= ShortestName
            && wanted.Length >= ShortestName
            && (given.Contains(wanted, StringComparison.Ordinal) || wanted.Contains(given, StringComparison.Ordinal));
    }

    /// <summary>Upper-case letters and digits without diacritics: banks write "Ąžuolas" as "AZUOLAS".</summary>
    private static string Normalize(string name) =>
        string.Concat(name
            .Normalize(NormalizationForm.FormD)
            .Where(c => char.IsLetterOrDigit(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            .Select(char.ToUpperInvariant));
}
