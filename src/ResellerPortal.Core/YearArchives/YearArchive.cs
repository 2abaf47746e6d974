using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Archives;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.YearArchives;

/// <summary>An invoice or a credit note that was issued in the year.</summary>
public sealed record YearDocument(Guid Id, bool IsCreditNote, string Number);

/// <summary>A year of a reseller, open for reading. What may be large is read in chunks, in the same order each time.</summary>
public sealed class YearArchive : IDisposable
{
    private const int DocumentChunk = 50;
    private const int EventChunk = 2000;

    private readonly PortalDatabase _database;
    private readonly Actor _actor;
    private readonly ArchiveFolder _archive;
    private readonly IReadOnlyList<DateOnly> _archivedHistory;
    private readonly YearLedgerReader _ledgers;
    private readonly AccountStatements _statements;
    private readonly LogoService _logos;

    internal YearArchive(
        PortalDatabase database,
        Actor actor,
        Reseller reseller,
        CalendarYear year,
        IReadOnlyList<Customer> customers,
        IReadOnlyList<YearLedger> ledgers,
        IReadOnlyList<YearDocument> documents,
        ArchiveFolder archive,
        IReadOnlyList<DateOnly> archivedHistory,
        YearLedgerReader reader,
        AccountStatements statements,
        LogoService logos)
    {
        (_database, _actor, _archive, _archivedHistory, _ledgers) = (database, actor, archive, archivedHistory, reader);
        (_statements, _logos) = (statements, logos);
        (Reseller, Year, Customers, Ledgers, Documents) = (reseller, year, customers, ledgers, documents);
    }

    public Reseller Reseller { get; }

    public CalendarYear Year { get; }

    /// <summary>All customers as they are now, by name.</summary>
    public IReadOnlyList<Customer> Customers { get; }

    /// <summary>The ledger of each customer, in the same order.</summary>
    public IReadOnlyList<YearLedger> Ledgers { get; }

    public IReadOnlyList<YearDocument> Documents { get; }

    /// <summary>Reads the documents' snapshots in the order of <see cref="Documents"/>.</summary>
    public async IAsyncEnumerable<IssuedDocument> ReadDocumentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = new SellerTaxSettings(Reseller.StandardTaxBasisPoints, Reseller.UsesOneStopShop);
        foreach (var chunk in Documents.Chunk(DocumentChunk))
        {
            Guid[] ids = [.. chunk.Select(d => d.Id)];
            await using var db = _database.Open(_actor.Scope);
            var invoices = await db.Invoices
                .Where(i => ids.Contains(i.Id))
                .Select(i => new { i.Id, i.CustomerId, Json = i.Snapshot! })
                .ToListAsync(cancellationToken);
            var notes = await db.CreditNotes
                .Where(n => ids.Contains(n.Id))
                .Select(n => new { n.Id, n.CustomerId, Json = n.Snapshot })
                .ToListAsync(cancellationToken);
            var found = invoices.Concat(notes).ToDictionary(d => d.Id);
            foreach (var id in ids)
            {
                yield return new IssuedDocument(found[id].CustomerId, InvoiceSnapshot.Parse(found[id].Json), settings);
            }
        }
    }

    /// <summary>The logo of a document; null if it has none.</summary>
    public Task<byte[]?> FindLogoAsync(InvoiceSnapshot snapshot, CancellationToken cancellationToken) =>
        _logos.FindAsync(_actor, snapshot.LogoHash, cancellationToken);

    /// <summary>The statement of account of the year; null if the customer owed nothing and nothing happened.</summary>
    public async Task<AccountStatement?> FindStatementAsync(CustomerId customer, CancellationToken cancellationToken) =>
        await _statements.ReadAsync(_actor, customer, Year.FirstDay, Year.LastDay, cancellationToken) is { } statement
            && (statement.Lines.Count > 0 || !statement.Opening.IsZero)
            ? statement
            : null;

    /// <inheritdoc cref="YearLedgerReader.ReadAsync"/>
    public IAsyncEnumerable<ExportedEntry> ReadLedgerAsync(YearLedger ledger, CancellationToken cancellationToken) =>
        _ledgers.ReadAsync(ledger, cancellationToken);

    /// <summary>Reads the history in the order of its chain; events that are not sealed yet come last.</summary>
    public async IAsyncEnumerable<AuditEntry> ReadHistoryAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var month in _archivedHistory)
        {
            foreach (var line in _archive.ReadLines(ArchiveKind.History, month, Reseller.Id.Value))
            {
                if (ArchivedEvent.Parse(line).ToEntry() is var archived && Year.Contains(archived.AtUtc))
                {
                    yield return archived;
                }
            }
        }

        var (from, until, chain) = (Year.StartsAtUtc, Year.EndsAtUtc, Reseller.Id.Value);
        for (var after = 0L; ;)
        {
            await using var db = _database.Open(_actor.Scope);
            var events = await db.AuditEntries.AsNoTracking()
                .Where(a => a.Chain == chain && a.AtUtc >= from && a.AtUtc < until && a.Sequence > after)
                .OrderBy(a => a.Sequence)
                .Take(EventChunk)
                .ToListAsync(cancellationToken);
            if (events.Count == 0)
            {
                break;
            }

            foreach (var entry in events)
            {
                yield return entry;
            }

            after = events[^1].Sequence!.Value;
        }

        await using var last = _database.Open(_actor.Scope);
        foreach (var entry in await last.AuditEntries.AsNoTracking()
            .Where(a => a.Chain == chain && a.AtUtc >= from && a.AtUtc < until && a.Sequence == null)
            .OrderBy(a => a.AtUtc)
            .ThenBy(a => a.Id)
            .ToListAsync(cancellationToken))
        {
            yield return entry;
        }
    }

    /// <summary>Payments and refunds by the day they were received, with the numbers of their invoices.</summary>
    public async IAsyncEnumerable<(Payment Payment, string InvoiceNumber)> ReadPaymentsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var month in Year.Months)
        {
            await using var db = _database.Open(_actor.Scope);
            var payments = await db.Payments.AsNoTracking()
                .Where(p => p.ReceivedOn >= month.FirstDay && p.ReceivedOn <= month.LastDay)
                .Join(db.Invoices, p => p.InvoiceId, i => i.Id, (p, i) => new { Payment = p, i.Number })
                .ToListAsync(cancellationToken);
            foreach (var row in payments
                .OrderBy(p => p.Payment.ReceivedOn)
                .ThenBy(p => p.Payment.RecordedAtUtc)
                .ThenBy(p => p.Payment.Id.ToString(), StringComparer.Ordinal))
            {
                yield return (row.Payment, row.Number ?? "");
            }
        }
    }

    /// <summary>Transactions on customers' balances by day.</summary>
    public async IAsyncEnumerable<BalanceTransaction> ReadBalancesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var month in Year.Months)
        {
            await using var db = _database.Open(_actor.Scope);
            var transactions = await db.BalanceTransactions.AsNoTracking()
                .Where(t => t.Day >= month.FirstDay && t.Day <= month.LastDay)
                .ToListAsync(cancellationToken);
            foreach (var transaction in transactions
                .OrderBy(t => t.Day)
                .ThenBy(t => t.CustomerId.ToString(), StringComparer.Ordinal)
                .ThenBy(t => t.Sequence))
            {
                yield return transaction;
            }
        }
    }

    /// <summary>The rate cards that began in the year, and before them the one that each began with.</summary>
    public async Task<IReadOnlyList<RateCard>> ListRateCardsAsync(CancellationToken cancellationToken)
    {
        await using var db = _database.Open(_actor.Scope);
        var cards = await db.RateCards.AsNoTracking().Where(c => c.EffectiveFrom <= Year.LastDay).ToListAsync(cancellationToken);
        return ListInForce(cards, card => card.CustomerId, card => card.EffectiveFrom, card => card.Version);
    }

    /// <inheritdoc cref="ListRateCardsAsync"/>
    public async Task<IReadOnlyList<CurrencyRate>> ListCurrencyRatesAsync(CancellationToken cancellationToken)
    {
        await using var db = _database.Open(_actor.Scope);
        var rates = await db.CurrencyRates.AsNoTracking().Where(r => r.EffectiveFrom <= Year.LastDay).ToListAsync(cancellationToken);
        return ListInForce(rates, rate => rate.Currency, rate => rate.EffectiveFrom, rate => rate.Version);
    }

    public void Dispose() => _archive.Dispose();

    private List<T> ListInForce<T, TKey>(
        IEnumerable<T> all,
        Func<T, TKey> getKey,
        Func<T, DateOnly> getStart,
        Func<T, int> getVersion) =>
    [
        .. all.GroupBy(getKey).SelectMany(same =>
        {
            var inOrder = same.OrderBy(getStart).ThenBy(getVersion).ToList();
            var first = inOrder.FindLastIndex(item => getStart(item) <= Year.FirstDay);
            return inOrder.Skip(Math.Max(0, first));
        }).OrderBy(getVersion),
    ];
}
