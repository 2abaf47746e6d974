using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <param name="Balance">The resulting amount owed.</param>
public sealed record StatementLine(ReceivablesEntry Entry, Money Balance);

/// <summary>The parties of a statement, and its style.</summary>
public sealed record StatementStyle(SnapshotParty Seller, SnapshotParty Buyer, string Language, DocumentFont Font, string AccentColor);

/// <summary>A customer's opening balance, entries and closing balance.</summary>
public sealed record AccountStatement(
    StatementStyle Style,
    DateOnly From,
    DateOnly To,
    Currency Currency,
    Money Opening,
    IReadOnlyList<StatementLine> Lines,
    Money Closing);

/// <summary>Renders a statement as a document.</summary>
public interface IStatementDocument
{
    /// <returns>A PDF file.</returns>
    byte[] Draw(AccountStatement statement);
}

/// <summary>Reads statements of account, for the reseller and the customer itself.</summary>
public sealed class AccountStatements(PortalDatabase database, TimeProvider clock)
{
    /// <summary>Reads a customer's statement; defaults to the last twelve months.</summary>
    /// <returns>Null if the customer does not exist for this actor.</returns>
    public async Task<AccountStatement?> ReadAsync(
        Actor actor,
        CustomerId customerId,
        DateOnly? from = null,
        DateOnly? to = null,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(actor.Scope.Customer is null ? Permission.ResellerView : Permission.MyView);
        await using var db = database.Open(actor.Scope);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == customerId, cancellationToken) is not { } customer)
        {
            return null;
        }

        var reseller = await db.Resellers.AsNoTracking().SingleAsync(cancellationToken);
        var last = to ?? reseller.Zone.GetDay(clock.GetUtcNow());
        var first = from ?? last.AddYears(-1).AddDays(1);
        var entries = await ReceivablesLedger.ReadAsync(db, reseller, customerId, last, cancellationToken);
        var opening = Money.Sum(entries.Where(e => e.Day < first).Select(e => e.Amount), customer.Currency);
        var (balance, lines) = (opening, new List<StatementLine>());
        foreach (var entry in entries.Where(e => e.Day >= first && e.Kind != ReceivablesEntryKind.Transfer))
        {
            balance += entry.Amount;
            lines.Add(new StatementLine(entry, balance));
        }

        var style = new StatementStyle(
            new SnapshotParty(reseller.Name, reseller.Address, reseller.VatId, reseller.Email) { Registration = reseller.Registration },
            new SnapshotParty(customer.Name, customer.Address, customer.VatId, customer.Email)
            {
                Registration = CompanyRegistration.None with { Number = customer.RegistrationNumber },
            },
            customer.Language ?? reseller.Language,
            reseller.Font,
            reseller.BrandColor);
        return new AccountStatement(style, first, last, customer.Currency, opening, lines, balance);
    }
}
