using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>Everything needed to finalise a batch of drafts, loaded at once in the transaction that has locked their customers.</summary>
internal sealed class FinalizationContext
{
    private readonly List<PriceChange> _cards;
    private readonly List<PriceChange> _rates;

    private FinalizationContext(
        Reseller reseller,
        Dictionary<Guid, Invoice> invoices,
        Dictionary<CustomerId, Customer> customers,
        Dictionary<Guid, InvoiceCost> costs,
        Dictionary<Guid, byte[]> chainHeads,
        List<PriceChange> cards,
        List<PriceChange> rates,
        List<CurrencyRate> nationalRates)
    {
        (Reseller, Invoices, Customers, Costs, ChainHeads) = (reseller, invoices, customers, costs, chainHeads);
        (_cards, _rates, NationalRates) = (cards, rates, nationalRates);
    }

    public Reseller Reseller { get; }

    public IReadOnlyDictionary<Guid, Invoice> Invoices { get; }

    public IReadOnlyDictionary<CustomerId, Customer> Customers { get; }

    public IReadOnlyDictionary<Guid, InvoiceCost> Costs { get; }

    /// <summary>Hash of the last ledger entry that each invoice claims; absent if it claims none.</summary>
    public IReadOnlyDictionary<Guid, byte[]> ChainHeads { get; }

    /// <summary>Exchange rates for the currency of the reseller's country; none if it is the reseller's own.</summary>
    public IReadOnlyList<CurrencyRate> NationalRates { get; }

    public static async Task<FinalizationContext> LoadAsync(
        PortalDbContext db,
        ResellerId resellerId,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellationToken)
    {
        var reseller = await db.Resellers.SingleAsync(r => r.Id == resellerId, cancellationToken);
        var invoices = await db.Invoices
            .Include(i => i.Lines)
            .Where(i => ids.Contains(i.Id))
            .ToDictionaryAsync(i => i.Id, cancellationToken);
        CustomerId[] customerIds = [.. invoices.Values.Select(i => i.CustomerId).Distinct()];
        var customers = await db.Customers.Where(c => customerIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, cancellationToken);
        var costs = await db.InvoiceCosts.AsNoTracking()
            .Where(f => ids.Contains(f.InvoiceId))
            .ToDictionaryAsync(f => f.InvoiceId, cancellationToken);
        var heads = await db.Invoices.Where(i => ids.Contains(i.Id))
            .Join(db.LedgerEntries, i => new
            {
                i.CustomerId,
                Sequence = i.LastSequence,
            }, e => new { e.CustomerId, e.Sequence }, (i, e) => new { i.Id, e.Hash })
            .ToDictionaryAsync(h => h.Id, h => h.Hash, cancellationToken);

        // An invoice of fees alone ends at an entry that may be archived.
        foreach (var invoice in invoices.Values.Where(i => i.LastSequence > 0 && !heads.ContainsKey(i.Id)))
        {
            if (await db.ArchivedEntries(invoice.CustomerId).Where(r => r.LastSequence == invoice.LastSequence)
                .Select(r => r.LastHash)
                .SingleOrDefaultAsync(cancellationToken) is { } head)
            {
                heads[invoice.Id] = head;
            }
        }

        // Loads what was set since the oldest draft, usually nothing. Compares versions because the clocks of two nodes may differ.
        var (card, rate) = (
            costs.Values.Select(f => f.RateCardVersion).DefaultIfEmpty().Min(),
            costs.Values.Select(f => f.CurrencyRateVersion).DefaultIfEmpty().Min());
        var cards = await db.RateCards
            .Where(c => c.Version > card)
            .Select(c => new PriceChange(c.CustomerId, null, c.Version, c.EffectiveFrom))
            .ToListAsync(cancellationToken);
        var rates = await db.CurrencyRates
            .Where(r => r.Version > rate)
            .Select(r => new PriceChange(null, r.Currency, r.Version, r.EffectiveFrom))
            .ToListAsync(cancellationToken);
        var national = NationalTaxRules.GetCurrency(reseller);
        var nationalRates = national == reseller.Currency
            ? []
            : await db.CurrencyRates.AsNoTracking().Where(r => r.Currency == national).ToListAsync(cancellationToken);
        return new FinalizationContext(reseller, invoices, customers, costs, heads, cards, rates, nationalRates);
    }

    /// <summary>
    /// Returns why a draft is out of date, or null if it is still correct.
    /// Refused: the draft is from an earlier version of the portal; some of its usage is on another invoice; a price, the currency, an
    /// exchange rate or the tax treatment has changed since; there is no exchange rate for the currency of the reseller's country.
    /// </summary>
    public Refusal? Validate(Invoice invoice)
    {
        const string remedy = "Draft the month again.";
        var customer = Customers[invoice.CustomerId];
        if (!Costs.TryGetValue(invoice.Id, out var costs))
        {
            return Refusal.Because($"{customer.Name}: this draft is from an earlier version of the portal. {remedy}");
        }

        if (invoice.FirstSequence != customer.BilledThroughSequence + 1)
        {
            return Refusal.Because($"{customer.Name}: some of this usage has since been billed on another invoice. {remedy}");
        }

        var lastDay = invoice.Period.LastDay;
        if (_cards.Exists(c => (c.Customer is null || c.Customer == customer.Id) && c.Version > costs.RateCardVersion && c.From <= lastDay))
        {
            return Refusal.Because($"{customer.Name}: a price for this period has changed since this draft was created. {remedy}");
        }

        if (invoice.Currency != customer.Currency)
        {
            return Refusal.Because(
                $"{customer.Name}: the currency has changed to {customer.Currency} since this draft was created. {remedy}");
        }

        if (_rates.Exists(r => r.Currency == invoice.Currency && r.Version > costs.CurrencyRateVersion && r.From <= lastDay))
        {
            return Refusal.Because($"{customer.Name}: an exchange rate for this period has changed since this draft was created. {remedy}");
        }

        var tax = TaxDecision.Decide(Reseller, customer, lastDay, DocumentLanguage.Get(invoice.Language));
        return invoice.Lines.Any(l => (l.TaxCategory, l.TaxRateBasisPoints) != (tax.Category, tax.RateBasisPoints))
            || invoice.TaxReason != tax.Reason
            ? Refusal.Because($"{customer.Name}: the tax treatment has changed since this draft was created. {remedy}")
            : NationalTaxRules.FindMissingRate(Reseller, invoice.Currency, invoice.TaxMinorUnits, NationalRates) is { } missing
            ? Refusal.Because($"{customer.Name}: {NationalTaxRules.DescribeRemedy(Reseller, missing)}")
            : null;
    }

    /// <summary>A rate card or an exchange rate that is newer than a draft.</summary>
    /// <param name="Customer">The card's customer; null for a default card.</param>
    /// <param name="Currency">The rate's currency; null for a card.</param>
    private sealed record PriceChange(CustomerId? Customer, Currency? Currency, int Version, DateOnly From);
}
