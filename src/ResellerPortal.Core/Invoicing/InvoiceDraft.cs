using System.Globalization;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Composes an invoice from rated usage: lines in the customer's language, and tax.</summary>
internal static class InvoiceDraft
{
    public static Invoice Compose(
        Reseller reseller,
        Customer customer,
        BillingPeriod period,
        ClaimedUsage claim,
        RatedUsage rated,
        DateTimeOffset now)
    {
        var language = DocumentLanguage.Get(customer.Language ?? reseller.Language);
        var tax = TaxDecision.Decide(reseller, customer, period.LastDay, language);
        var id = Guid.CreateVersion7(now);
        return new Invoice
        {
            Id = id,
            ResellerId = reseller.Id,
            CustomerId = customer.Id,
            PeriodStart = period.FirstDay,
            Currency = rated.Total.Currency,
            RateNanos = rated.Rate.Nanos,
            Language = language.Code,
            FirstSequence = claim.FirstSequence,
            LastSequence = claim.LastSequence,
            NetMinorUnits = rated.Total.MinorUnits,
            TaxMinorUnits = rated.CalculateTax(tax.RateBasisPoints).MinorUnits,
            TaxReason = tax.Reason,
            TaxReasonCode = tax.ReasonCode,
            PayKey = Guid.NewGuid(),
            DraftedAtUtc = now,
            Lines = [.. rated.Lines.Select((line, index) => new InvoiceLine
            {
                InvoiceId = id,
                Position = index + 1,
                ResellerId = reseller.Id,
                CustomerId = customer.Id,
                Description = Describe(line, period, language),
                Quantity = line.Quantity,
                UnitPriceMicros = line.UnitPrice.Micros,
                AmountMinorUnits = line.Amount.MinorUnits,
                TaxCategory = tax.Category,
                TaxRateBasisPoints = tax.RateBasisPoints,
            })],
        };
    }

    private static string Describe(RatedLine line, BillingPeriod period, DocumentLanguage language) =>
        line.Describe(language)
            + (line.Month == period
                ? ""
                : $" ({string.Format(CultureInfo.InvariantCulture, language.Words.LateFrom, language.Month(line.Month.FirstDay))})");
}
