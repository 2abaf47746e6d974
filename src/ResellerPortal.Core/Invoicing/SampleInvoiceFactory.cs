using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Creates a sample invoice with invented usage, in a reseller's branding and language, through the regular pipeline.</summary>
internal static class SampleInvoiceFactory
{
    private const long StagingADay = 12;

    public static InvoiceSnapshot Create(
        Reseller reseller,
        IReadOnlyCollection<CurrencyRate> rates,
        DateTimeOffset now,
        PortalAddress portal)
    {
        var today = reseller.Zone.GetDay(now);
        var month = BillingPeriod.Containing(today).Previous;
        var days = Enumerable
            .Range(0, month.LastDay.Day)
            .Select(i => new SnapshotDay(month.FirstDay.AddDays(i), 40 + (i * 37 % 90)))
            .ToList();
        var unitCost = new UnitPrice(16_250, reseller.Currency);
        var usage = days.SelectMany(d => new UsageItem[]
        {
            new(d.Day, "docx-to-pdf", "production", unitCost, d.Quantity - StagingADay),
            new(d.Day, "pdf-to-jpg", "staging", unitCost, StagingADay),
        }).ToList();
        var terms = CardTerms.FromPrice(new Markup.CostPlusPercent(35)) with
        {
            MonthlyFeeMinorUnits = 12 * reseller.Currency.MinorUnitsPerUnit,
        };
        var card = new RateCard
        {
            ResellerId = reseller.Id,
            Version = 1,
            EffectiveFrom = month.FirstDay,
            Terms = terms,
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        };
        var rated = Rating.Rate(usage, new RateCardSchedule(default, [card]), reseller.Currency, month);
        var customer = new Customer
        {
            ResellerId = reseller.Id,
            Name = "Sample Customer",
            Email = "billing@customer.example",
            Address = new PostalAddress("Sample Street 1", "12345", "Sampletown", reseller.Address.Country),
            Currency = reseller.Currency,
            BuyerReference = "PO-4711",
        };
        var invoice = InvoiceDraft.Compose(
            reseller, customer, month, new ClaimedUsage(1, rated.Quantity, usage, new Dictionary<(Guid, DateOnly), long>()), rated, now);
        var costs = new InvoiceCost
        {
            InvoiceId = invoice.Id,
            ResellerId = reseller.Id,
            Currency = reseller.Currency,
            Quantity = rated.Quantity,
            LateQuantity = 0,
            CostMicros = checked((long)rated.Cost.Micros),
            RateCardVersion = 1,
            CurrencyRateVersion = 0,
            Days = days,
            Tokens =
            [
                new SnapshotToken("production", "a1b2", [.. days.Select(d => d with { Quantity = d.Quantity - StagingADay })]),
                new SnapshotToken("staging", "c3d4", [.. days.Select(d => d with { Quantity = StagingADay })]),
            ],
        };
        return InvoiceSnapshotFactory.Create(
            reseller,
            customer,
            invoice,
            costs,
            rates,
            InvoiceNumber.Format(reseller.InvoiceNumberPattern, today.Year, 42),
            today,
            new byte[32],
            portal);
    }
}
