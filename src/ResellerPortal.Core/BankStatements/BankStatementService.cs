using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.BankStatements;

/// <summary>The number of new entries of an import, and of those already known.</summary>
public sealed record BankImport(int Added, int Known);

/// <summary>A transaction with its probable match.</summary>
/// <param name="Proposal">Proposal for an open transaction; null if there is none.</param>
public sealed record BankTransactionRow(BankTransaction Transaction, string? CustomerName, BankMatchProposal? Proposal);

/// <param name="Certain">The number of open transactions with a certain proposal.</param>
public sealed record BankTransactionList(IReadOnlyList<BankTransactionRow> Rows, int TotalCount, int Certain);

/// <summary>The result of recording several transactions: how many were recorded, and why others were refused.</summary>
public sealed record BankRecordingResult(int Recorded, IReadOnlyList<string> Refusals);

/// <summary>Imports a reseller's bank statements, and records what they pay.</summary>
public sealed class BankStatementService(PortalDatabase database, AccountPausePolicy pauses, TimeProvider clock)
{
    public const int MostEntries = 20_000;

    /// <summary>
    /// Imports new entries of a statement in one transaction. Importing a file twice adds nothing; an overlapping one adds only what is
    /// new.
    /// Refused: the statement has no incoming money or too many entries.
    /// </summary>
    public async Task<Outcome<BankImport>> ImportAsync(
        Actor actor,
        IReadOnlyList<BankStatementLine> lines,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        if (lines.Count is 0 or > MostEntries)
        {
            return Refusal.Because(lines.Count == 0
                ? "The statement contains no incoming payments."
                : $"The statement has more than {MostEntries:N0} entries. Split it; overlapping entries are imported once.");
        }

        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Reseller>(db, [actor.Reseller.Value], cancellationToken);
        var now = clock.GetUtcNow();
        var added = 0;
        foreach (var some in lines
            .GroupBy(e => e)
            .SelectMany(alike => alike.Select((line, occurrence) => (Entry: line, Key: line.CreateKey(occurrence))))
            .Chunk(500))
        {
            byte[][] keys = [.. some.Select(e => e.Key)];
            var known = (await db.BankTransactions
                .Where(t => keys.Contains(t.ImportKey))
                .Select(t => t.ImportKey)
                .ToListAsync(cancellationToken)).Select(Convert.ToHexString).ToHashSet();
            foreach (var (line, key) in some.Where(e => !known.Contains(Convert.ToHexString(e.Key))))
            {
                db.BankTransactions.Add(new BankTransaction
                {
                    ResellerId = actor.Reseller,
                    Account = line.Account,
                    BookedOn = line.BookedOn,
                    AmountMinorUnits = line.Amount.MinorUnits,
                    Currency = line.Amount.Currency,
                    Counterparty = line.Counterparty,
                    CounterpartyIban = line.CounterpartyIban,
                    Reference = line.Reference,
                    ImportedAtUtc = now,
                    ImportKey = key,
                });
                added++;
            }
        }

        db.Audit(actor, now, Permission.PaymentsRecord, $"imported {added} of {lines.Count} bank statement entries", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new BankImport(added, lines.Count - added);
    }

    /// <summary>Lists transactions of one state, newest first; open ones with their proposal.</summary>
    public async Task<BankTransactionList> ReadPageAsync(
        Actor actor,
        BankTransactionState state,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        var all = db.BankTransactions.AsNoTracking()
            .Where(t => t.State == state)
            .OrderByDescending(t => t.BookedOn)
            .ThenByDescending(t => t.Id);
        var transactions = await all.Skip(skip).Take(take).ToListAsync(cancellationToken);
        var ids = transactions.Select(t => t.CustomerId).OfType<CustomerId>().ToList();
        var names = await db.Customers
            .Where(c => ids.Contains(c.Id))
            .Select(c => new { c.Id, c.Name })
            .ToDictionaryAsync(c => c.Id, c => c.Name, cancellationToken);
        var proposals = state == BankTransactionState.Open ? await FindProposalsAsync(db, cancellationToken) : [];
        return new BankTransactionList(
            [
                .. transactions.Select(
                    t => new BankTransactionRow(t, t.CustomerId is { } id ? names[id] : null, proposals.GetValueOrDefault(t.Id))),
            ],
            await all.CountAsync(cancellationToken),
            proposals.Values.Count(p => p.IsCertain));
    }

    /// <summary>Lists a customer's open invoices for manual selection.</summary>
    public async Task<IReadOnlyList<OpenInvoice>> OpenInvoicesAsync(
        Actor actor,
        CustomerId customerId,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        return await OpenInvoicesAsync(db, customerId, cancellationToken);
    }

    /// <summary>
    /// Records a transaction as a customer's payment in one transaction: it pays the invoices by due date, and the rest goes to the
    /// balance. Idempotent.
    /// Refused: no such customer, transaction or invoice; it was recorded for another customer; the currencies differ.
    /// </summary>
    public async Task<Outcome<BankTransaction>> RecordAsync(
        Actor actor,
        Guid transactionId,
        CustomerId customerId,
        IReadOnlyCollection<Guid> invoiceIds,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<Customer>(db, [customerId.Value], cancellationToken);
        await database.LockRowsAsync<Invoice>(db, invoiceIds, cancellationToken);
        await database.LockRowsAsync<BankTransaction>(db, [transactionId], cancellationToken);
        var customer = await db.Customers.SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken);
        var received = await db.BankTransactions.SingleOrDefaultAsync(t => t.Id == transactionId, cancellationToken);
        var invoices = await db.Invoices
            .Where(i => invoiceIds.Contains(i.Id) && i.CustomerId == customerId && i.FinalisedAtUtc != null)
            .OrderBy(i => i.DueOn)
            .ThenBy(i => i.Number)
            .ToListAsync(cancellationToken);
        if (customer is null || received is null || invoices.Count != invoiceIds.Distinct().Count())
        {
            return Refusal.NotFound(customer is null ? "customer" : received is null ? "transaction" : "invoice");
        }

        if (received.State == BankTransactionState.Recorded)
        {
            return received.CustomerId == customerId
                ? received
                : Refusal.Because("This was recorded for another customer in the meantime. Reload the page.");
        }

        if (received.Currency != customer.Currency)
        {
            return Refusal.Because(
                $"{customer.Name} is charged in {customer.Currency}, but this is in {received.Currency}. Record the converted amount on "
                    + "its invoice.");
        }

        await RecordPaymentsAsync(db, actor, received, customer, invoices, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (customer.PausedAtUtc is not null)
        {
            await pauses.AlignAsync(actor, customerId, cancellationToken);
        }

        return received;
    }

    /// <summary>Records all transactions with a certain proposal, one by one. If interrupted, it can simply be run again.</summary>
    public async Task<BankRecordingResult> RecordCertainAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        List<KeyValuePair<Guid, BankMatchProposal>> certain;
        await using (var db = database.Open(actor.Scope))
        {
            certain = [.. (await FindProposalsAsync(db, cancellationToken)).Where(p => p.Value.IsCertain)];
        }

        var (recorded, refusals) = (0, new List<string>());
        var paid = new HashSet<Guid>();
        foreach (var (id, proposal) in certain)
        {
            // If two transactions name the same invoice, only one is certain to be for it.
            if (!proposal.Invoices.Any(i => paid.Contains(i.Id)))
            {
                var outcome = await RecordAsync(
                    actor, id, proposal.CustomerId, [.. proposal.Invoices.Select(i => i.Id)], cancellationToken);
                recorded += outcome.IsRefused ? 0 : 1;
                refusals.AddRange(outcome.Refusal is { } refusal ? [refusal.Message] : []);
                paid.UnionWith(proposal.Invoices.Select(i => i.Id));
            }
        }

        return new BankRecordingResult(recorded, refusals);
    }

    /// <summary>
    /// Ignores a transaction that does not pay customers' invoices, or reopens it.
    /// Refused: no such transaction; it is already recorded as a payment.
    /// </summary>
    public async Task<Outcome<BankTransaction>> IgnoreAsync(
        Actor actor,
        Guid transactionId,
        bool isIgnored,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.PaymentsRecord);
        await using var db = database.Open(actor.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await database.LockRowsAsync<BankTransaction>(db, [transactionId], cancellationToken);
        if (await db.BankTransactions.SingleOrDefaultAsync(t => t.Id == transactionId, cancellationToken) is not { } received)
        {
            return Refusal.NotFound("transaction");
        }

        if (received.State == BankTransactionState.Recorded)
        {
            return Refusal.Because("This transaction is already recorded as a payment.");
        }

        received.State = isIgnored ? BankTransactionState.Ignored : BankTransactionState.Open;
        db.Audit(
            actor,
            clock.GetUtcNow(),
            Permission.PaymentsRecord,
            $"{(isIgnored ? "ignored" : "reopened")} bank transaction: {received.Amount} of {received.BookedOn:yyyy-MM-dd}",
            received.ResellerId);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return received;
    }

    private async Task RecordPaymentsAsync(
        PortalDbContext db,
        Actor actor,
        BankTransaction received,
        Customer customer,
        IReadOnlyList<Invoice> invoices,
        CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);
        var left = received.Amount;
        var paid = new List<string>();
        foreach (var invoice in invoices.Where(i => i.Due.MinorUnits > 0))
        {
            var part = left < invoice.Due ? left : invoice.Due;
            if (part.MinorUnits > 0)
            {
                db.AddPayment(
                    actor,
                    invoice,
                    part,
                    new ReceivedPayment(invoice.Id, part.Amount, received.BookedOn, Describe(received), Guid.CreateVersion7(now)),
                    now);
                paid.Add($"{part} for {invoice.Number}");
                left -= part;
            }
        }

        if (left.MinorUnits > 0)
        {
            BalancePosting.Append(
                db,
                customer,
                new BalanceMovement(BalanceTransactionKind.TopUp, left, received.BookedOn, Describe(received), Guid.CreateVersion7(now)),
                now);
            db.Audit(actor, now, Permission.PaymentsRecord, $"{left} to the balance of {customer.Name}", customer.ResellerId, customer.Id);
            paid.Add($"{left} to the balance");
        }

        var text = string.Join(", ", paid);
        (received.State, received.CustomerId, received.RecordedAs) = (
            BankTransactionState.Recorded,
            customer.Id,
            text.Length > 500 ? text[..499] + "…" : text);
        await BalanceSettlement.ApplyAsync(database, db, customer, reseller.Zone.GetDay(now), now, cancellationToken);
    }

    private static string Describe(BankTransaction received) => received.Reference.Truncate(140);

    private static async Task<Dictionary<Guid, BankMatchProposal>> FindProposalsAsync(
        PortalDbContext db,
        CancellationToken cancellationToken)
    {
        var open = await OpenInvoicesAsync(db, null, cancellationToken);
        var paidBefore = await db.BankTransactions
            .Where(t => t.CustomerId != null && t.CounterpartyIban != "")
            .Select(t => new { t.CounterpartyIban, t.CustomerId })
            .Distinct()
            .ToListAsync(cancellationToken);

        // An account that has paid for several customers is ambiguous.
        var payers = paidBefore
            .GroupBy(p => p.CounterpartyIban)
            .Where(g => g.Count() == 1)
            .ToDictionary(g => g.Key, g => g.Single().CustomerId);
        var proposals = new Dictionary<Guid, BankMatchProposal>();
        await foreach (var transaction in db.BankTransactions.AsNoTracking()
            .Where(t => t.State == BankTransactionState.Open)
            .OrderBy(t => t.BookedOn)
            .ThenBy(t => t.Id)
            .AsAsyncEnumerable()
            .WithCancellation(cancellationToken))
        {
            if (BankTransactionMatcher.FindProposal(
                transaction, open, payers.GetValueOrDefault(transaction.CounterpartyIban)) is { } proposal)
            {
                proposals.Add(transaction.Id, proposal);
            }
        }

        return proposals;
    }

    private static async Task<IReadOnlyList<OpenInvoice>> OpenInvoicesAsync(
        PortalDbContext db,
        CustomerId? customerId,
        CancellationToken cancellationToken)
    {
        var rows = await db.Invoices.AsNoTracking().Where(Invoice.HasDue)
            .Where(i => customerId == null || i.CustomerId == customerId)
            .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new { Invoice = i, c.Name })
            .ToListAsync(cancellationToken);
        return [
            .. rows
                .Select(r => new OpenInvoice(
                    r.Invoice.Id, r.Invoice.Number!, r.Invoice.CustomerId, r.Name, r.Invoice.DueOn!.Value, r.Invoice.Due))
                .OrderBy(i => i.DueOn)
                .ThenBy(i => i.Number, StringComparer.Ordinal),
        ];
    }
}
