using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>What finalising many gave: how many are final, and why others are not.</summary>
public sealed record FinaliseRun(int Finalised, IReadOnlyList<string> Refusals);

/// <summary>Makes drafts final: number, claim and snapshot in one transaction.</summary>
public sealed class Invoices(PortalDatabase database, TimeProvider clock, PortalAddress portal)
{
    /// <summary>Finalises a draft. Repeating it answers the invoice as it was finalised.</summary>
    public async Task<Outcome<Invoice>> FinaliseAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesFinalise);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var customerId = await db.Invoices.Where(i => i.Id == invoiceId).Select(i => (CustomerId?)i.CustomerId).SingleOrDefaultAsync(cancellationToken);
        if (customerId is null)
        {
            return Refusal.NotFound("invoice");
        }

        // The customer's row guards the claim, the reseller's row the numbering; always in this order.
        await database.LockRowsAsync<Customer>(db, [customerId.Value.Value], cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == invoiceId, cancellationToken);
        if (invoice is null)
        {
            return Refusal.Of("This draft was renewed in the meantime. Open the new one from the list.");
        }

        if (invoice.IsFinalised)
        {
            return invoice;
        }

        var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var customer = await db.Customers.SingleAsync(c => c.Id == customerId, cancellationToken);
        if (await db.InvoiceFigures.AsNoTracking().SingleOrDefaultAsync(f => f.InvoiceId == invoiceId, cancellationToken) is not { } figures)
        {
            return Refusal.Of($"{customer.Name}: this draft is from an earlier version of the portal. Draft the month again.");
        }

        if (await StalenessAsync(db, reseller, customer, invoice, figures, cancellationToken) is { } stale)
        {
            return stale;
        }

        var now = clock.GetUtcNow();
        var issuedOn = reseller.Zone.DayOf(now);
        var chainHead = await db.LedgerEntries
            .Where(e => e.CustomerId == customerId && e.Sequence == invoice.LastSequence)
            .Select(e => e.Hash)
            .SingleOrDefaultAsync(cancellationToken) ?? [];
        var number = await InvoiceNumbers.NextAsync(db, reseller, reseller.InvoiceNumberPattern, issuedOn.Year, cancellationToken);
        var snapshot = SnapshotComposer.Compose(reseller, customer, invoice, figures, number, issuedOn, chainHead, portal);
        invoice.Finalise(snapshot, now);
        customer.BilledThroughSequence = invoice.LastSequence;
        db.Audit(actor, now, Permission.InvoicesFinalise, $"{invoice.Number} to {customer.Name}: {invoice.Total}", reseller.Id, customer.Id);
        if (customer.BalanceMinorUnits > 0 || invoice.Due.MinorUnits < 0)
        {
            await BalanceSettlement.ApplyAsync(database, db, customer, issuedOn, now, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return invoice;
    }

    /// <summary>Finalises drafts one after the other, oldest month first. Interrupted, it is simply started again.</summary>
    /// <param name="drafts">Ids; those that are final already are counted as done.</param>
    public async Task<FinaliseRun> FinaliseAllAsync(Actor actor, IReadOnlyList<Guid> drafts, IProgress<Steps>? progress = null, CancellationToken cancellationToken = default)
    {
        var refusals = new List<string>();
        for (var done = 0; done < drafts.Count; done++)
        {
            if ((await FinaliseAsync(actor, drafts[done], cancellationToken)).Refusal is { } refusal)
            {
                refusals.Add(refusal.Message);
            }

            progress?.Report(new Steps(done + 1, drafts.Count));
        }

        return new FinaliseRun(drafts.Count - refusals.Count, refusals);
    }

    /// <summary>Why a draft is right no more; null where it still is. Versions tell of prices, for clocks of two nodes may differ.</summary>
    private static async Task<Refusal?> StalenessAsync(PortalDbContext db, Reseller reseller, Customer customer, Invoice invoice, InvoiceFigures figures, CancellationToken cancellationToken)
    {
        const string remedy = "Draft the month again.";
        if (invoice.FirstSequence != customer.BilledThroughSequence + 1)
        {
            return Refusal.Of($"{customer.Name}: some of this usage is on another invoice since this draft was made. {remedy}");
        }

        var lastDay = invoice.Period.LastDay;
        if (await db.RateCards.AnyAsync(
            c => (c.CustomerId == null || c.CustomerId == customer.Id) && c.Version > figures.RateCardVersion && c.EffectiveFrom <= lastDay, cancellationToken))
        {
            return Refusal.Of($"{customer.Name}: a price for these days was set since this draft was made. {remedy}");
        }

        if (invoice.Currency != customer.Currency)
        {
            return Refusal.Of($"{customer.Name}: it is charged in {customer.Currency} since this draft was made. {remedy}");
        }

        if (invoice.Currency != reseller.Currency && await db.CurrencyRates.AnyAsync(
            r => r.Currency == invoice.Currency && r.Version > figures.CurrencyRateVersion && r.EffectiveFrom <= lastDay, cancellationToken))
        {
            return Refusal.Of($"{customer.Name}: an exchange rate for these days was set since this draft was made. {remedy}");
        }

        var tax = TaxDecision.Of(reseller, customer, lastDay, DocumentLanguage.Of(invoice.Language));
        return invoice.Lines.Any(l => (l.TaxCategory, l.TaxRateBasisPoints) != (tax.Category, tax.RateBasisPoints)) || invoice.TaxReason != tax.Reason
            ? Refusal.Of($"{customer.Name}: it is taxed in another way since this draft was made. {remedy}")
            : null;
    }
}
