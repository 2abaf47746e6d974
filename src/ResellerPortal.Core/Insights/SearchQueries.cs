using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Insights;

public enum SearchKind
{
    Reseller,
    Customer,
    Token,
    Invoice,
    CreditNote,
    LedgerEntry,
}

/// <summary>Something that a search has found.</summary>
/// <param name="Id">Of the thing itself; of the invoice for a credit note, and of the request for a ledger entry.</param>
/// <param name="CustomerId">The customer that it belongs to, or is; null for a reseller.</param>
public sealed record SearchHit(SearchKind Kind, Guid Id, CustomerId? CustomerId, string Title, string Detail);

/// <summary>Finds what a member of any account may see by a few letters, a number or a request id.</summary>
public sealed class SearchQueries(PortalDatabase database)
{
    /// <summary>Maximum number of hits of one kind.</summary>
    public const int MostOfAKind = 5;

    /// <summary>Fewer letters would match nearly everything.</summary>
    public const int FewestLetters = 2;

    /// <summary>Searches names, email addresses, token endings, document numbers and request ids, ignoring case.</summary>
    public async Task<IReadOnlyList<SearchHit>> SearchAsync(Actor actor, string text, CancellationToken cancellationToken = default)
    {
        var words = text.Trim().ToUpperInvariant();
        if (words.Length < FewestLetters)
        {
            return [];
        }

        await using var db = database.Open(actor.Scope);
        if (actor.Scope.Reseller is null)
        {
            actor.Demand(Permission.OperatorView);
            return await FindResellersAsync(db, words, cancellationToken);
        }

        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        return
        [
            .. actor.Scope.Customer is null ? await FindCustomersAsync(db, words, cancellationToken) : [],
            .. await FindTokensAsync(db, words, cancellationToken),
            .. await FindInvoicesAsync(db, words, areDraftsVisible: actor.Scope.Customer is null, cancellationToken),
            .. await FindCreditNotesAsync(db, words, cancellationToken),
            .. await FindEntriesAsync(db, words, cancellationToken),
        ];
    }

    private static async Task<IReadOnlyList<SearchHit>> FindResellersAsync(
        PortalDbContext db,
        string words,
        CancellationToken cancellationToken) =>
    [
        .. (await db.Resellers.AsNoTracking()
            .Where(r => r.Name.ToUpper().Contains(words))
            .OrderBy(r => r.Name)
            .Take(MostOfAKind)
            .Select(r => new { r.Id, r.Name, r.Currency })
            .ToListAsync(cancellationToken))
        .Select(r => new SearchHit(SearchKind.Reseller, r.Id.Value, null, r.Name, r.Currency.Code)),
    ];

    private static async Task<IReadOnlyList<SearchHit>> FindCustomersAsync(
        PortalDbContext db,
        string words,
        CancellationToken cancellationToken) =>
    [
        .. (await db.Customers.AsNoTracking()
            .Where(c => c.Name.ToUpper().Contains(words) || c.Email.ToUpper().Contains(words))
            .OrderBy(c => c.Name)
            .Take(MostOfAKind)
            .Select(c => new { c.Id, c.Name, c.Email })
            .ToListAsync(cancellationToken))
        .Select(c => new SearchHit(SearchKind.Customer, c.Id.Value, c.Id, c.Name, c.Email)),
    ];

    private static async Task<IReadOnlyList<SearchHit>> FindTokensAsync(
        PortalDbContext db,
        string words,
        CancellationToken cancellationToken) =>
    [
        .. (await db.ApiTokens.AsNoTracking()
            .Where(t => t.SecretEnding.ToUpper().EndsWith(words) || t.Environment.ToUpper().Contains(words))
            .Join(db.Customers, t => t.CustomerId, c => c.Id, (t, c) => new
            {
                t.Id,
                CustomerId = c.Id,
                t.Environment,
                t.SecretEnding,
                c.Name,
            })
            .OrderBy(t => t.Name)
            .ThenBy(t => t.Environment)
            .Take(MostOfAKind)
            .ToListAsync(cancellationToken))
        .Select(t => new SearchHit(SearchKind.Token, t.Id, t.CustomerId, $"{t.Environment} …{t.SecretEnding}", t.Name)),
    ];

    private static async Task<IReadOnlyList<SearchHit>> FindInvoicesAsync(
        PortalDbContext db,
        string words,
        bool areDraftsVisible,
        CancellationToken cancellationToken) =>
    [
        .. (await db.Invoices.AsNoTracking()
            .Where(i => areDraftsVisible || i.FinalisedAtUtc != null)
            .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new { Invoice = i, c.Name })
            .Where(r => r.Invoice.Number!.ToUpper().Contains(words))
            .OrderByDescending(r => r.Invoice.Number)
            .Take(MostOfAKind)
            .ToListAsync(cancellationToken))
        .Select(r => new SearchHit(
            SearchKind.Invoice,
            r.Invoice.Id,
            r.Invoice.CustomerId,
            r.Invoice.Number!,
            $"{r.Name}, {r.Invoice.Period.Name}")),
    ];

    private static async Task<IReadOnlyList<SearchHit>> FindCreditNotesAsync(
        PortalDbContext db,
        string words,
        CancellationToken cancellationToken) =>
    [
        .. (await db.CreditNotes.AsNoTracking()
            .Where(n => n.Number.ToUpper().Contains(words))
            .Join(db.Customers, n => n.CustomerId, c => c.Id, (n, c) => new { n.InvoiceId, CustomerId = c.Id, n.Number, c.Name })
            .OrderByDescending(n => n.Number)
            .Take(MostOfAKind)
            .ToListAsync(cancellationToken))
        .Select(n => new SearchHit(SearchKind.CreditNote, n.InvoiceId, n.CustomerId, n.Number, n.Name)),
    ];

    private static async Task<IReadOnlyList<SearchHit>> FindEntriesAsync(
        PortalDbContext db,
        string words,
        CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(words, out var requestId))
        {
            return [];
        }

        return
        [
            .. (await db.LedgerEntries.AsNoTracking()
                .Where(e => e.RequestId == requestId)
                .Join(db.Customers, e => e.CustomerId, c => c.Id, (e, c) => new
                {
                    e.RequestId,
                    CustomerId = c.Id,
                    e.Converter,
                    e.Sequence,
                    c.Name,
                })
                .ToListAsync(cancellationToken))
            .Select(e => new SearchHit(
                SearchKind.LedgerEntry,
                e.RequestId,
                e.CustomerId,
                $"Request {e.RequestId}",
                $"{e.Converter}, entry {e.Sequence} of {e.Name}")),
        ];
    }
}
