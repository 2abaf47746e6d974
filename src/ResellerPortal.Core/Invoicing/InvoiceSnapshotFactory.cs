using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Creates the snapshot of an invoice on the day it is finalised.</summary>
internal static class InvoiceSnapshotFactory
{
    /// <param name="rates">The reseller's exchange rates for the currency of its country; others may be among them.</param>
    /// <param name="chainHead">Hash of the last claimed ledger entry; empty if it claims none.</param>
    public static InvoiceSnapshot Create(
        Reseller reseller,
        Customer customer,
        Invoice invoice,
        InvoiceCost costs,
        IReadOnlyCollection<CurrencyRate> rates,
        string number,
        DateOnly issuedOn,
        byte[] chainHead,
        PortalAddress portal)
    {
        var (from, to) = GetDays(invoice.Period, customer, reseller.Zone, costs.Days);
        return new InvoiceSnapshot
        {
            Version = InvoiceSnapshot.CurrentVersion,
            Number = number,
            IssuedOn = issuedOn,
            DueOn = issuedOn.AddDays(reseller.PaymentTermDays),
            PeriodFrom = from,
            PeriodTo = to,
            Currency = invoice.Currency,
            Reporting = invoice.Currency == reseller.Currency
                ? null
                : SnapshotReporting.Create(invoice.GetRate(reseller.Currency), invoice.Net, invoice.Tax),
            NationalTax = NationalTaxRules.Create(
                reseller, invoice.Tax, invoice.GetRate(reseller.Currency), invoice.Period.LastDay, rates),
            Seller = new SnapshotParty(
                reseller.Name, reseller.Address, reseller.VatId, reseller.Email, reseller.ContactName, reseller.ContactPhone)
            {
                ElectronicAddress = reseller.ElectronicAddress,
                Registration = reseller.Registration,
            },
            Buyer = new SnapshotParty(customer.Name, customer.Address, customer.VatId, customer.Email)
            {
                ElectronicAddress = customer.ElectronicAddress,
                Registration = CompanyRegistration.None with { Number = customer.RegistrationNumber },
            },
            BuyerReference = customer.BuyerReference,
            Lines = [.. invoice.Lines.OrderBy(l => l.Position).Select(l =>
                new SnapshotLine(l.Description, l.Quantity, l.UnitPriceMicros, l.AmountMinorUnits, l.TaxCategory, l.TaxRateBasisPoints))],

            // All lines share the buyer's tax treatment.
            Taxes = [
                .. invoice.Lines.Take(1).Select(l => new SnapshotTax(
                    l.TaxCategory,
                    l.TaxRateBasisPoints,
                    invoice.NetMinorUnits,
                    invoice.TaxMinorUnits,
                    invoice.TaxReason,
                    invoice.TaxReasonCode)),
            ],
            NetMinorUnits = invoice.NetMinorUnits,
            TaxMinorUnits = invoice.TaxMinorUnits,
            TotalMinorUnits = invoice.Total.MinorUnits,
            FromBalanceMinorUnits = Math.Clamp(invoice.Total.MinorUnits, 0, customer.BalanceMinorUnits),
            PaymentInstructions = reseller.PaymentInstructions,
            Account = reseller.Account.IsGiven ? reseller.Account : null,
            PayLink = reseller.PayLink.Length == 0
                ? (reseller.TakesOnlinePayments && invoice.PayPath is { } path ? portal.FindUrl(path) : null)
                : reseller.PayLink.Replace("{number}", Uri.EscapeDataString(number), StringComparison.Ordinal),
            AccentColor = reseller.BrandColor,
            Font = reseller.Font,
            LogoHash = reseller.LogoHash,
            Language = invoice.Language,
            ElectronicProfile = customer.ElectronicProfile,
            Ledger = new SnapshotLedgerRange(invoice.FirstSequence, invoice.LastSequence, Convert.ToHexStringLower(chainHead)),
            VerifyAt = portal.FindUrl("/my/ledger"),

            // Entries never change, so what was read for the draft still matches its range.
            Days = costs.Days,
            Tokens = costs.Tokens,
            CostMicros = reseller.PrintsCost ? costs.CostMicros : null,
        };
    }

    /// <summary>The month, or the part of it that the contract covers or that was used.</summary>
    private static (DateOnly From, DateOnly To) GetDays(
        BillingPeriod period,
        Customer customer,
        TimeZoneInfo zone,
        IReadOnlyList<SnapshotDay> days)
    {
        var used = days.Select(d => d.Day).Where(period.Contains).ToList();
        var from = used.Append(zone.GetDay(customer.CreatedAtUtc)).Min();
        var to = used.Append(customer.LastDay ?? period.LastDay).Max();
        return (period.Contains(from) ? from : period.FirstDay, period.Contains(to) ? to : period.LastDay);
    }
}
