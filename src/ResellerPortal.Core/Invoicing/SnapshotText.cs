using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What documents and pages say of an invoice in the same words.</summary>
public static class SnapshotText
{
    /// <summary>A party's address, VAT ID and registration, without its name.</summary>
    public static IEnumerable<string> GetPartyLines(SnapshotParty party, DocumentLanguage language)
    {
        var (registration, words) = (party.Registration, language.Words);
        return party.Address.GetLines(language)
            .Append(party.VatId is null ? "" : Format(words.VatId, party.VatId))
            .Append(registration.TaxNumber.Length == 0 ? "" : Format(words.TaxNumber, registration.TaxNumber))
            .Append(string.Join(", ", new[]
            {
                registration.LegalForm,
                registration.Court,
                registration.Number.Length == 0 ? "" : Format(words.RegistrationNumber, registration.Number),
            }.Where(part => part.Length > 0)))
            .Append(party.Email)
            .Where(line => line.Length > 0);
    }

    /// <param name="category">A code of UNCL 5305.</param>
    public static string GetTaxName(string category, DocumentWords words) => category switch
    {
        "AE" => words.ReverseCharge,
        "O" => words.NotSubject,
        "E" => words.Exempt,
        "G" => words.Export,
        _ => words.StandardRate,
    };

    /// <summary>Why no tax is charged, the amounts in the seller's currency, and the seller's cost if it prints it.</summary>
    public static IReadOnlyList<string> GetNotes(InvoiceSnapshot snapshot, DocumentLanguage language)
    {
        var words = language.Words;
        var notes = snapshot.Taxes.Where(t => t.Category != "S")
            .Select(t => t.Reason ?? (t.Category == "AE" ? words.WhyReverseCharge : words.WhyNotSubject))
            .Distinct()
            .ToList();
        if (snapshot.Reporting is { } own)
        {
            notes.Add(Format(
                words.InOwnCurrency,
                own.Currency.Code,
                language.AmountWithCurrency(snapshot.ReportedNet),
                language.AmountWithCurrency(snapshot.ReportedTax),
                language.Rate(snapshot.Rate)));
        }

        if (snapshot.NationalTax is { Rate.IsOne: false } national)
        {
            notes.Add(Format(
                words.TaxInNationalCurrency,
                national.Currency.Code,
                language.AmountWithCurrency(new Money(national.TaxMinorUnits, national.Currency)),
                language.Rate(national.Rate)));
        }

        if (snapshot.CostMicros is { } cost)
        {
            var money = Money.Round(new ExactAmount(cost, snapshot.ReportedNet.Currency));
            notes.Add(Format(words.CostNote, language.AmountWithCurrency(money)));
        }

        return notes;
    }

    private static string Format(string words, params object[] values) => string.Format(CultureInfo.InvariantCulture, words, values);
}
