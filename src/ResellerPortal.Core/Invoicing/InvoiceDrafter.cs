using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

public enum DraftOutcome
{
    Drafted,
    NothingToBill,
    AlreadyFinalised,

    /// <summary>An earlier month is not invoiced yet: that month was drafted, and the requested one follows once it is finalised.</summary>
    EarlierMonthDrafted,
}

/// <param name="Period">The month of the invoice, or the requested month if there is none.</param>
public sealed record DraftResult(
    CustomerId CustomerId,
    string CustomerName,
    DraftOutcome Outcome,
    BillingPeriod Period,
    Guid? InvoiceId = null);

/// <summary>The drafts of all customers for one period.</summary>
public sealed record DraftingResult(BillingPeriod Period, IReadOnlyList<DraftResult> Results);

/// <summary>Drafts a month's invoices. Running it again recreates the drafts and never changes a finalised invoice.</summary>
public sealed class InvoiceDrafter(PortalDatabase database, TimeProvider clock)
{
    /// <summary>
    /// Customers read together and written in one transaction. Kept small because their conversions wait for the transaction.
    /// </summary>
    private const int AtOnce = 16;

    /// <summary>Number of batches read ahead while earlier ones are written.</summary>
    private static readonly int ReadAhead = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>
    /// Drafts the invoices of a month for all customers.
    /// Refused: the period is not over; usage that has to be priced is in the archive.
    /// </summary>
    /// <param name="progress">Receives the number of customers done, every few customers.</param>
    /// <param name="then">Runs with each batch of results before the next batch is written.</param>
    public async Task<Outcome<DraftingResult>> DraftAsync(
        Actor actor,
        BillingPeriod period,
        IProgress<BatchProgress>? progress = null,
        Func<IReadOnlyList<DraftResult>, Task>? then = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesDraft);
        List<CustomerId> customers;
        await using (var db = database.Open(actor.Scope))
        {
            var reseller = await db.Resellers.SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
            if (period.EndsAtUtc(reseller.Zone) > clock.GetUtcNow())
            {
                return Refusal.Because(
                    $"{period.Name} is not over yet. Its invoices can be drafted from {period.Next.FirstDay:yyyy-MM-dd}.");
            }

            customers = await db.Customers.OrderBy(c => c.Name).Select(c => c.Id).ToListAsync(cancellationToken);
        }

        try
        {
            return await DraftAsync(actor, customers, period, progress, then, cancellationToken);
        }
        catch (ArchivedUsageException archived)
        {
            return RefuseArchived(period, archived);
        }
    }

    private static Refusal RefuseArchived(BillingPeriod period, ArchivedUsageException archived) =>
        Refusal.Because($"{period.Name} cannot be drafted any more. {archived.Message} Its invoices stay as they are.");

    private async Task<DraftingResult> DraftAsync(
        Actor actor,
        List<CustomerId> customers,
        BillingPeriod period,
        IProgress<BatchProgress>? progress,
        Func<IReadOnlyList<DraftResult>, Task>? then,
        CancellationToken cancellationToken)
    {
        // Batches are read on other threads, because some databases answer on the caller's thread, and are written in order.
        var results = new List<DraftResult>(customers.Count);
        var unread = new Queue<CustomerId[]>(customers.Chunk(AtOnce));
        var ahead = new Queue<Task<IReadOnlyList<PreparedDraft>>>();
        while (results.Count < customers.Count)
        {
            while (ahead.Count < ReadAhead && unread.TryDequeue(out var next))
            {
                ahead.Enqueue(Task.Run(() => PrepareAsync(actor, next, period, cancellationToken), cancellationToken));
            }

            var written = await WriteAsync(actor, await ahead.Dequeue(), period, cancellationToken);
            results.AddRange(written);
            if (then is not null)
            {
                await then(written);
            }

            progress?.Report(new BatchProgress(results.Count, customers.Count));
        }

        return new DraftingResult(period, results);
    }

    /// <summary>
    /// Drafts the last invoice of a customer with an ended contract, without waiting for the end of the month.
    /// Refused: no such customer; the contract has no end; it has not ended yet; usage that has to be priced is in the archive.
    /// </summary>
    public async Task<Outcome<DraftResult>> DraftFinalAsync(
        Actor actor,
        CustomerId customerId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.InvoicesDraft);
        DateOnly lastDay;
        await using (var db = database.Open(actor.Scope))
        {
            if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
            {
                return Refusal.NotFound("customer");
            }

            if (customer.LastDay is not { } ends)
            {
                return Refusal.Because($"The contract of {customer.Name} has no end. Draft the month for all customers instead.");
            }

            var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
            if (customer.ContractEndsAtUtc(reseller.Zone) > clock.GetUtcNow())
            {
                return Refusal.Because(
                    $"The contract of {customer.Name} runs until {ends:yyyy-MM-dd}. Draft the final invoice after that day.");
            }

            lastDay = ends;
        }

        var period = BillingPeriod.Containing(lastDay);
        try
        {
            return await DraftOneAsync(actor, customerId, period, cancellationToken);
        }
        catch (ArchivedUsageException archived)
        {
            return RefuseArchived(period, archived);
        }
    }

    private async Task<DraftResult> DraftOneAsync(
        Actor actor,
        CustomerId customerId,
        BillingPeriod period,
        CancellationToken cancellationToken) =>
        (await WriteAsync(actor, await PrepareAsync(actor, [customerId], period, cancellationToken), period, cancellationToken)).Single();

    /// <summary>
    /// Reads and prices what customers owe, ordered by id. Takes no locks, so conversions continue: entries never change, and everything
    /// else is checked again when a draft is written or finalised.
    /// </summary>
    private async Task<IReadOnlyList<PreparedDraft>> PrepareAsync(
        Actor actor,
        IReadOnlyList<CustomerId> ids,
        BillingPeriod period,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(actor.Scope);
        var prepared = new List<PreparedDraft>(ids.Count);
        foreach (var account in await ReadAsync(db, actor, ids, cancellationToken))
        {
            prepared.Add(await PrepareAsync(db, account, period, cancellationToken));
        }

        return prepared;
    }

    private static async Task<IEnumerable<CustomerBilling>> ReadAsync(
        PortalDbContext db,
        Actor actor,
        IReadOnlyList<CustomerId> ids,
        CancellationToken cancellationToken)
    {
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var customers = await db.Customers.AsNoTracking().Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, cancellationToken);
        var pricing = await PricingContext.ReadAsync(db, ids, cancellationToken);
        var lastInvoiced = await db.Invoices.Where(Invoice.Stands)
            .Where(i => ids.Contains(i.CustomerId))
            .GroupBy(i => i.CustomerId)
            .Select(g => new { g.Key, Last = g.Max(i => i.PeriodStart) })
            .ToDictionaryAsync(g => g.Key, g => g.Last, cancellationToken);
        return ids.Select(id => new CustomerBilling(
            reseller,
            customers[id],
            pricing.ForCustomer(id),
            lastInvoiced.TryGetValue(id, out var last) ? BillingPeriod.Containing(last) : null));
    }

    private async Task<PreparedDraft> PrepareAsync(
        PortalDbContext db,
        CustomerBilling account,
        BillingPeriod period,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (reseller, customer, pricing, _) = account;
        var schedule = pricing.CreateSchedule(reseller, customer);
        foreach (var month in await ListOwedMonthsAsync(db, account, schedule, period, cancellationToken))
        {
            var claim = await ClaimedUsage.ReadPeriodAsync(db, customer, month, reseller.Zone, cancellationToken);
            var first = claim.Items.Select(item => BillingPeriod.Containing(item.Day)).Append(month).Min();
            var billed = await ClaimedUsage.ReadBilledAsync(
                db, customer, first.StartsAtUtc(reseller.Zone), month.EndsAtUtc(reseller.Zone), reseller.Zone, cancellationToken);
            var rated = Rating.Rate(claim.Items, schedule, reseller.Currency, month, billed);
            if (month == period ? claim.IsEmpty && rated.Lines.Count == 0 : rated.Lines.All(line => line.Month != month))
            {
                continue;
            }

            var draft = InvoiceDraft.Compose(reseller, customer, month, claim, rated, now);
            return new PreparedDraft(customer, draft, new InvoiceCost
            {
                InvoiceId = draft.Id,
                ResellerId = reseller.Id,
                Currency = reseller.Currency,
                Quantity = rated.Quantity,
                LateQuantity = claim.Items.Where(item => !month.Contains(item.Day)).Sum(item => item.Quantity),
                CostMicros = checked((long)rated.Cost.Micros),
                RateCardVersion = pricing.Cards.Select(card => card.Version).DefaultIfEmpty().Max(),
                CurrencyRateVersion = pricing.Rates.Select(rate => rate.Version).DefaultIfEmpty().Max(),
                Days = claim.Days,
                Tokens = await claim.ReadByTokenAsync(db, customer, cancellationToken),
            });
        }

        return new PreparedDraft(customer, null, null);
    }

    /// <summary>Replaces the customers' open drafts with the prepared ones, in one transaction.</summary>
    private async Task<IReadOnlyList<DraftResult>> WriteAsync(
        Actor actor,
        IReadOnlyList<PreparedDraft> prepared,
        BillingPeriod period,
        CancellationToken cancellationToken)
    {
        CustomerId[] ids = [.. prepared.Select(p => p.Customer.Id)];
        var results = new Dictionary<CustomerId, DraftResult>();
        await using (var db = database.Open(actor.Scope))
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
        {
            await database.LockRowsAsync<Customer>(db, ids.Select(id => id.Value), cancellationToken);
            var customers = await db.Customers.AsNoTracking()
                .Where(c => ids.Contains(c.Id))
                .ToDictionaryAsync(c => c.Id, cancellationToken);
            var existing = await db.Invoices
                .Where(i => ids.Contains(i.CustomerId)
                    && ((i.PeriodStart == period.FirstDay && i.VoidedAtUtc == null)
                        || (i.FinalisedAtUtc == null && i.PeriodStart < period.FirstDay)))
                .ToListAsync(cancellationToken);
            foreach (var final in existing.Where(i => i.IsFinalised))
            {
                results[final.CustomerId] = new DraftResult(
                    final.CustomerId, customers[final.CustomerId].Name, DraftOutcome.AlreadyFinalised, period, final.Id);
            }

            List<PreparedDraft> good = [.. prepared.Where(p => !results.ContainsKey(p.Customer.Id) && p.Matches(customers[p.Customer.Id]))];
            db.Invoices.RemoveRange(existing.Where(i => good.Exists(p => p.Customer.Id == i.CustomerId)));
            await db.SaveChangesAsync(cancellationToken);
            foreach (var draft in good)
            {
                results[draft.Customer.Id] = Add(db, actor, draft, period);
            }

            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        // The underlying data changed since the draft was prepared, so it is prepared again.
        foreach (var id in ids.Where(id => !results.ContainsKey(id)))
        {
            results[id] = await DraftOneAsync(actor, id, period, cancellationToken);
        }

        return [.. ids.Select(id => results[id])];
    }

    private static DraftResult Add(PortalDbContext db, Actor actor, PreparedDraft prepared, BillingPeriod period)
    {
        var (customer, draft, costs) = prepared;
        if (draft is null || costs is null)
        {
            return new DraftResult(customer.Id, customer.Name, DraftOutcome.NothingToBill, period);
        }

        db.Invoices.Add(draft);
        db.InvoiceCosts.Add(costs);
        db.Audit(
            actor,
            draft.DraftedAtUtc,
            Permission.InvoicesDraft,
            $"{customer.Name}, {draft.Period.Name}: {draft.Total}",
            actor.Reseller,
            customer.Id);
        return new DraftResult(
            customer.Id,
            customer.Name,
            draft.Period == period ? DraftOutcome.Drafted : DraftOutcome.EarlierMonthDrafted,
            draft.Period,
            draft.Id);
    }

    /// <summary>
    /// The requested month, preceded by the months since the last invoice that may have usage or fees. Billed out of order, their usage
    /// would appear as late and their fee separately.
    /// </summary>
    private static async Task<IReadOnlyList<BillingPeriod>> ListOwedMonthsAsync(
        PortalDbContext db,
        CustomerBilling account,
        RateCardSchedule schedule,
        BillingPeriod period,
        CancellationToken cancellationToken)
    {
        var (reseller, customer, _, lastInvoiced) = account;
        if (lastInvoiced >= period.Previous)
        {
            return [period];
        }

        var firstUnbilled = await db.LedgerEntries
            .Where(e => e.CustomerId == customer.Id && e.Sequence > customer.BilledThroughSequence)
            .MinAsync(e => (DateTimeOffset?)e.OccurredAtUtc, cancellationToken);
        var firstUsed = firstUnbilled is { } instant ? BillingPeriod.Containing(instant, reseller.Zone) : period;
        var joined = BillingPeriod.Containing(customer.CreatedAtUtc, reseller.Zone);
        var first = lastInvoiced is { } last ? last.Next : joined < firstUsed ? joined : firstUsed;
        var owed = new List<BillingPeriod>();
        for (var month = first; month < period; month = month.Next)
        {
            if (month >= firstUsed || schedule.HasFeesIn(month))
            {
                owed.Add(month);
            }
        }

        return [.. owed, period];
    }

    /// <summary>What a customer's draft depends on besides its usage.</summary>
    /// <param name="Prices">The customer's own prices and the defaults.</param>
    /// <param name="LastInvoiced">The last billed month; null if there is none.</param>
    private sealed record CustomerBilling(Reseller Reseller, Customer Customer, PricingContext Prices, BillingPeriod? LastInvoiced);

    /// <summary>A draft that is not written yet; without an invoice if there is nothing to bill.</summary>
    /// <param name="Customer">The customer as read for the draft.</param>
    private sealed record PreparedDraft(Customer Customer, Invoice? Draft, InvoiceCost? Costs)
    {
        /// <summary>Whether the draft is still correct for the current customer.</summary>
        public bool Matches(Customer present) =>
            (
                present.BilledThroughSequence,
                present.LastDay,
                present.Currency) == (Customer.BilledThroughSequence, Customer.LastDay, Customer.Currency);
    }
}
