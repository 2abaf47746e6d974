using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Invoicing;

public sealed record InvoiceRow(
    Guid Id,
    CustomerId CustomerId,
    string CustomerName,
    BillingPeriod Period,
    string? Number,
    DateOnly? DueOn,
    Money Total,
    Money LateFee,
    Money Due,
    InvoiceState State,
    IReadOnlyList<CreditNoteRow> CreditNotes);

/// <param name="Positions">The invoice lines that it credits.</param>
public sealed record CreditNoteRow(Guid Id, string Number, DateOnly IssuedOn, Money Total, string Reason, IReadOnlyList<int> Positions);

public enum InvoiceShow
{
    All,
    Drafts,

    /// <summary>Finalised invoices with an amount due.</summary>
    Unpaid,

    /// <summary>Unpaid ones whose due date has passed.</summary>
    Overdue,
}

public enum InvoiceSort
{
    Month,
    Number,
    Customer,
    DueDate,
    Total,
}

/// <param name="Text">Part of a number or of the customer's name, ignoring case.</param>
public sealed record InvoiceFilter(InvoiceShow Show = InvoiceShow.All, CustomerId? CustomerId = null, string? Text = null);

public sealed record InvoiceList(IReadOnlyList<InvoiceRow> Rows, int TotalCount);

/// <summary>An invoice with its lines, for pages.</summary>
/// <param name="Rate">From the reseller's currency to the invoice's.</param>
public sealed record InvoiceView(
    InvoiceRow Row,
    string CustomerEmail,
    IReadOnlyList<InvoiceLine> Lines,
    Money Net,
    Money Tax,
    Currency Currency,
    ExchangeRate Rate,
    long FirstSequence,
    long LastSequence,
    bool HoldsReminders)
{
    public required Money WrittenOff { get; init; }
}

/// <summary>An invoice with an amount due, and how its document says to pay it.</summary>
/// <param name="Account">The account to pay to; null if the document names none.</param>
/// <param name="Instructions">The seller's own text; may be empty.</param>
public sealed record UnpaidInvoice(InvoiceRow Row, BankAccount? Account, string Instructions, string SellerName, string SellerEmail);

/// <param name="Dues">What is due on all of them, one amount for each currency.</param>
public sealed record UnpaidInvoiceList(IReadOnlyList<UnpaidInvoice> Rows, int TotalCount, IReadOnlyList<Money> Dues);

public sealed class InvoiceQueries(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Lists invoices. A customer sees its own, without drafts.</summary>
    public async Task<InvoiceList> ReadPageAsync(
        Actor actor,
        InvoiceFilter filter,
        InvoiceSort sort,
        bool descending,
        int skip,
        int take,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, 200);
        await using var db = database.Open(GetScope(actor));
        var today = await GetTodayAsync(db, cancellationToken);
        var invoices = Filter(FilterVisible(db, actor), filter, today)
            .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new CustomerInvoice { Invoice = i, CustomerName = c.Name });
        if (!string.IsNullOrWhiteSpace(filter.Text))
        {
            var words = filter.Text.Trim().ToUpperInvariant();
            invoices = invoices.Where(r => r.CustomerName.ToUpper().Contains(words) || r.Invoice.Number!.ToUpper().Contains(words));
        }

        var count = await invoices.CountAsync(cancellationToken);
        var rows = await Sort(invoices, sort, descending).Skip(skip).Take(take).ToListAsync(cancellationToken);
        var notes = await ReadCreditNotesAsync(db, [.. rows.Select(r => r.Invoice.Id)], cancellationToken);
        return new InvoiceList([.. rows.Select(r => CreateRow(r.Invoice, r.CustomerName, today, notes))], count);
    }

    /// <returns>Null if the invoice does not exist for this actor.</returns>
    public async Task<InvoiceView?> FindAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(GetScope(actor));
        var invoice = await FilterVisible(db, actor).Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == invoiceId, cancellationToken);
        if (invoice is null)
        {
            return null;
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var customer = await db.Customers
            .Where(c => c.Id == invoice.CustomerId)
            .Select(c => new { c.Name, c.Email })
            .SingleAsync(cancellationToken);
        return new InvoiceView(
            CreateRow(
                invoice,
                customer.Name,
                reseller.Zone.GetDay(clock.GetUtcNow()),
                await ReadCreditNotesAsync(db, [invoiceId], cancellationToken)),
            customer.Email,
            [.. invoice.Lines.OrderBy(l => l.Position)],
            invoice.Net,
            invoice.Tax,
            invoice.Currency,
            invoice.GetRate(reseller.Currency),
            invoice.FirstSequence,
            invoice.LastSequence,
            invoice.RemindersHeldAtUtc is not null)
        {
            WrittenOff = new Money(invoice.WrittenOffMinorUnits, invoice.Currency),
        };
    }

    /// <summary>Lists a customer's own invoices with an amount due, the earliest due date first.</summary>
    public async Task<UnpaidInvoiceList> ListUnpaidAsync(Actor actor, int take, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.MyView);
        var customerId = actor.Scope.Customer ?? throw new InvalidOperationException("This query requires a membership of a customer.");
        await using var db = database.Open(actor.Scope);
        var unpaid = db.Invoices.AsNoTracking().Where(Invoice.HasDue).Where(i => i.CustomerId == customerId);
        var dues = await unpaid
            .GroupBy(i => i.Currency)
            .Select(g => new
            {
                g.Key,
                Count = g.Count(),
                Due = g.Sum(i => i.NetMinorUnits + i.TaxMinorUnits + i.LateFeeMinorUnits
                    - i.PaidMinorUnits - i.CreditedMinorUnits - i.WrittenOffMinorUnits),
            })
            .ToListAsync(cancellationToken);
        var invoices = await unpaid.OrderBy(i => i.DueOn).ThenBy(i => i.PeriodStart).Take(take).ToListAsync(cancellationToken);
        var customer = await db.Customers.Where(c => c.Id == customerId).Select(c => c.Name).SingleAsync(cancellationToken);
        var today = await GetTodayAsync(db, cancellationToken);
        var notes = await ReadCreditNotesAsync(db, [.. invoices.Select(i => i.Id)], cancellationToken);
        return new UnpaidInvoiceList(
            [.. invoices.Select(i => CreateUnpaid(CreateRow(i, customer, today, notes), InvoiceSnapshot.Parse(i.Snapshot!)))],
            dues.Sum(d => d.Count),
            [.. dues.Select(d => new Money(d.Due, d.Key)).OrderBy(due => due.Currency.Code, StringComparer.Ordinal)]);
    }

    /// <summary>The snapshot for documents; null if no such finalised invoice exists for this actor.</summary>
    public async Task<InvoiceSnapshot?> FindSnapshotAsync(Actor actor, Guid invoiceId, CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(GetScope(actor));
        var json = await FilterVisible(db, actor)
            .Where(i => i.Id == invoiceId)
            .Select(i => i.Snapshot)
            .SingleOrDefaultAsync(cancellationToken);
        return json is null ? null : InvoiceSnapshot.Parse(json);
    }

    /// <summary>A credit note's snapshot; null if it does not exist for this actor.</summary>
    public async Task<InvoiceSnapshot?> CreditNoteSnapshotAsync(
        Actor actor,
        Guid creditNoteId,
        CancellationToken cancellationToken = default)
    {
        await using var db = database.Open(GetScope(actor));
        var json = await db.CreditNotes.Where(n => n.Id == creditNoteId).Select(n => n.Snapshot).SingleOrDefaultAsync(cancellationToken);
        return json is null ? null : InvoiceSnapshot.Parse(json);
    }

    private static IQueryable<Invoice> Filter(IQueryable<Invoice> invoices, InvoiceFilter filter, DateOnly today)
    {
        invoices = filter.CustomerId is { } customer ? invoices.Where(i => i.CustomerId == customer) : invoices;
        return filter.Show switch
        {
            InvoiceShow.Drafts => invoices.Where(i => i.FinalisedAtUtc == null),
            InvoiceShow.Unpaid => invoices.Where(Invoice.HasDue),
            InvoiceShow.Overdue => invoices.Where(Invoice.HasDue).Where(i => i.DueOn < today),
            _ => invoices,
        };
    }

    private static IOrderedQueryable<CustomerInvoice> Sort(IQueryable<CustomerInvoice> rows, InvoiceSort sort, bool descending)
    {
        // The name and the id make the order of equal values the same on every page.
        return (sort switch
        {
            InvoiceSort.Number => By(r => r.Invoice.Number),
            InvoiceSort.Customer => By(r => r.CustomerName),
            InvoiceSort.DueDate => By(r => r.Invoice.DueOn),
            InvoiceSort.Total => By(r => r.Invoice.NetMinorUnits + r.Invoice.TaxMinorUnits),
            _ => By(r => r.Invoice.PeriodStart),
        }).ThenBy(r => r.CustomerName).ThenBy(r => r.Invoice.Id);

        IOrderedQueryable<CustomerInvoice> By<TKey>(Expression<Func<CustomerInvoice, TKey>> key) =>
            descending ? rows.OrderByDescending(key) : rows.OrderBy(key);
    }

    private static TenantScope GetScope(Actor actor)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        return actor.Scope;
    }

    private static IQueryable<Invoice> FilterVisible(PortalDbContext db, Actor actor) =>
        actor.Scope.Customer is null ? db.Invoices.AsNoTracking() : db.Invoices.AsNoTracking().Where(i => i.FinalisedAtUtc != null);

    private async Task<DateOnly> GetTodayAsync(PortalDbContext db, CancellationToken cancellationToken) =>
        (await db.Resellers.AsNoTracking().SingleAsync(cancellationToken)).Zone.GetDay(clock.GetUtcNow());

    private static async Task<ILookup<Guid, CreditNoteRow>> ReadCreditNotesAsync(
        PortalDbContext db,
        IReadOnlyCollection<Guid> invoices,
        CancellationToken cancellationToken)
    {
        var notes = await db.CreditNotes.AsNoTracking()
            .Include(n => n.Lines)
            .Where(n => invoices.Contains(n.InvoiceId))
            .OrderBy(n => n.IssuedOn)
            .ThenBy(n => n.Number)
            .ToListAsync(cancellationToken);
        return notes.ToLookup(
            n => n.InvoiceId,
            n => new CreditNoteRow(n.Id, n.Number, n.IssuedOn, n.Total, n.Reason, [.. n.Lines.Select(l => l.Position).Order()]));
    }

    private static UnpaidInvoice CreateUnpaid(InvoiceRow row, InvoiceSnapshot snapshot) =>
        new(row, snapshot.Account, snapshot.PaymentInstructions, snapshot.Seller.Name, snapshot.Seller.Email);

    private static InvoiceRow CreateRow(Invoice invoice, string customerName, DateOnly today, ILookup<Guid, CreditNoteRow> notes) => new(
        invoice.Id,
        invoice.CustomerId,
        customerName,
        invoice.Period,
        invoice.Number,
        invoice.DueOn,
        invoice.Total,
        invoice.LateFee,
        invoice.Due,
        invoice.GetState(today),
        [.. notes[invoice.Id]]);

    private sealed class CustomerInvoice
    {
        public required Invoice Invoice { get; init; }

        public required string CustomerName { get; init; }
    }
}
