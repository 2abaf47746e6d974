using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

/// <summary>The result of finalising several drafts: how many succeeded, and why others were refused.</summary>
public sealed record FinalizationResult(int Finalised, IReadOnlyList<string> Refusals);

/// <summary>Finalises drafts: number, claim and snapshot in one transaction.</summary>
public sealed class InvoiceFinalizer(PortalDatabase database, TimeProvider clock, PortalAddress portal)
{
    /// <summary>Drafts finalised in one transaction. Kept small because their customers' conversions wait for the transaction.</summary>
    private const int AtOnce = 16;

    /// <summary>
    /// Finalises a draft. Repeating the call returns the finalised invoice.
    /// Refused: no such invoice; the draft was recreated; the draft is out of date (<see cref="FinalizationContext.Validate"/>).
    /// </summary>
    public async Task<Outcome<Invoice>> FinaliseAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default) =>
        (await FinaliseAsync(actor, [invoiceId], cancellationToken)).Single();

    /// <summary>Finalises drafts in one transaction, numbered in the given order. A refused draft does not affect the others.</summary>
    /// <returns>The outcome of each draft, in the same order.</returns>
    public async Task<IReadOnlyList<Outcome<Invoice>>> FinaliseAsync(
        Actor actor,
        IReadOnlyList<Guid> invoiceIds,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesFinalise);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var asked = await db.Invoices
            .Where(i => invoiceIds.Contains(i.Id))
            .Select(i => new { i.Id, i.CustomerId })
            .ToDictionaryAsync(i => i.Id, i => i.CustomerId, cancellationToken);

        // The customers' rows guard the claims, the reseller's row the numbering; always in this order.
        await database.LockRowsAsync<Customer>(db, asked.Values.Select(id => id.Value), cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var context = await FinalizationContext.LoadAsync(db, actor.Reseller, [.. asked.Keys], cancellationToken);
        var outcomes = new List<Outcome<Invoice>>(invoiceIds.Count);
        foreach (var id in invoiceIds)
        {
            outcomes.Add(
                !asked.ContainsKey(id) ? Refusal.NotFound("invoice")
                : !context.Invoices.TryGetValue(id, out var invoice)
                ? Refusal.Because("This draft has been replaced. Open the new one from the invoice list.")
                : invoice.IsFinalised ? invoice
                : context.Validate(invoice) is { } refusal ? refusal
                : await FinaliseAsync(db, actor, context, invoice, cancellationToken));
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcomes;
    }

    /// <summary>Finalises drafts in batches, oldest month first. If interrupted, it can simply be run again.</summary>
    /// <param name="drafts">Draft ids; those already finalised count as done.</param>
    public async Task<FinalizationResult> FinaliseAllAsync(
        Actor actor,
        IReadOnlyList<Guid> drafts,
        IProgress<BatchProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var refusals = new List<string>();
        var done = 0;
        foreach (var some in drafts.Chunk(AtOnce))
        {
            refusals.AddRange((await FinaliseAsync(actor, some, cancellationToken)).Where(outcome => outcome.IsRefused).Select(
                outcome => outcome.Refusal!.Message));
            progress?.Report(new BatchProgress(done += some.Length, drafts.Count));
        }

        return new FinalizationResult(drafts.Count - refusals.Count, refusals);
    }

    private async Task<Invoice> FinaliseAsync(
        PortalDbContext db,
        Actor actor,
        FinalizationContext context,
        Invoice invoice,
        CancellationToken cancellationToken)
    {
        var (reseller, customer) = (context.Reseller, context.Customers[invoice.CustomerId]);
        var now = clock.GetUtcNow();
        var issuedOn = reseller.Zone.GetDay(now);
        var number = await InvoiceNumberAllocator.TakeNextAsync(
            db, reseller, reseller.InvoiceNumberPattern, issuedOn.Year, cancellationToken);
        var snapshot = InvoiceSnapshotFactory.Create(
            reseller,
            customer,
            invoice,
            context.Costs[invoice.Id],
            context.NationalRates,
            number,
            issuedOn,
            context.ChainHeads.GetValueOrDefault(invoice.Id, []),
            portal);
        invoice.Finalise(snapshot, now);
        customer.BilledThroughSequence = invoice.LastSequence;
        db.Audit(
            actor, now, Permission.InvoicesFinalise, $"{invoice.Number} to {customer.Name}: {invoice.Total}", reseller.Id, customer.Id);
        if (customer.BalanceMinorUnits > 0 || invoice.Due.MinorUnits < 0)
        {
            await BalanceSettlement.ApplyAsync(database, db, customer, issuedOn, now, cancellationToken);
        }

        return invoice;
    }
}
