using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Insights;

/// <summary>The account numbers of a reseller's accounting. The defaults are from DATEV's chart of accounts SKR 03.</summary>
public sealed class JournalAccounts : IResellerOwned, IAudited
{
    public required ResellerId ResellerId { get; init; }

    /// <summary>The tax consultant's number at DATEV, and the reseller's client number.</summary>
    public int Consultant { get; set; } = 1001;

    public int Client { get; set; } = 1;

    /// <summary>Taxed revenue.</summary>
    public int Taxed { get; set; } = 8400;

    /// <summary>Revenue under reverse charge.</summary>
    public int ReverseCharge { get; set; } = 8336;

    /// <summary>Other untaxed revenue.</summary>
    public int Untaxed { get; set; } = 8338;

    /// <summary>The debtor account of the first customer; the others follow in the order they were added.</summary>
    public int FirstDebtor { get; set; } = 10_000;

    /// <summary>Digits of a revenue account, 4 to 8; a debtor account has one more.</summary>
    public int Digits => CountDigits(Taxed);

    /// <summary>DATEV's number of the chart of accounts that the revenue accounts are from: "03", "04", or empty for another.</summary>
    public string Chart => Taxed.ToString(CultureInfo.InvariantCulture)[0] switch { '8' => "03", '4' => "04", _ => "" };

    /// <summary>Revenue taxed in another member state, in the chart; taxed revenue in another chart.</summary>
    public int OneStopShop => Chart switch { "03" => Pad(8320), "04" => Pad(4320), _ => Taxed };

    /// <summary>Output tax owed at home, in the chart; that of SKR 03 in another.</summary>
    public int OutputTax => Pad(Chart == "04" ? 3806 : 1776);

    /// <summary>Output tax owed in another member state, in the chart; that of SKR 03 in another.</summary>
    public int OneStopShopTax => Pad(Chart == "04" ? 3818 : 1768);

    /// <summary>The account that documents of a kind of sale are booked to.</summary>
    public int GetRevenue(SupplyKind kind) => kind switch
    {
        SupplyKind.Domestic => Taxed,
        SupplyKind.OneStopShop => OneStopShop,
        SupplyKind.ReverseCharge => ReverseCharge,
        _ => Untaxed,
    };

    internal static int CountDigits(int account) => account.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>Longer account numbers end in zeros.</summary>
    private int Pad(int account) =>
        int.Parse(account.ToString(CultureInfo.InvariantCulture).PadRight(Digits, '0'), CultureInfo.InvariantCulture);
}

/// <summary>The <see cref="JournalAccounts"/> as entered by the reseller.</summary>
public sealed record JournalAccountNumbers(int Consultant, int Client, int Taxed, int ReverseCharge, int Untaxed, int FirstDebtor);

/// <summary>A journal line: a customer's debtor account against a revenue account.</summary>
/// <param name="Gross">Including tax, in the document's currency; negative for a credit note.</param>
/// <param name="Booked">In the reseller's currency.</param>
public sealed record JournalLine(IssuedDocument Document, int Debtor, int Revenue, Money Gross, Money Booked);

/// <summary>A month's documents as journal lines.</summary>
/// <param name="MadeAt">In the reseller's local time.</param>
public sealed record JournalBatch(
    BillingPeriod Month,
    DateTime MadeAt,
    JournalAccounts Accounts,
    Currency Currency,
    IReadOnlyList<JournalLine> Lines);

internal sealed class JournalAccountsConfiguration : IEntityTypeConfiguration<JournalAccounts>
{
    public void Configure(EntityTypeBuilder<JournalAccounts> builder) => builder.HasKey(a => a.ResellerId);
}

/// <summary>Exports documents as accounting journal lines.</summary>
public sealed class JournalExport(PortalDatabase database, IssuedDocumentQueries documents, TimeProvider clock)
{
    public async Task<JournalAccounts> ReadAsync(Actor actor, CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        await using var db = database.Open(actor.Scope);
        return await GetAccountsAsync(db, actor, cancellationToken);
    }

    /// <summary>
    /// Sets the accounts that the DATEV export books to.
    /// Refused: a number has the wrong length or range.
    /// </summary>
    public async Task<Outcome<JournalAccounts>> SetAsync(
        Actor actor,
        JournalAccountNumbers numbers,
        CancellationToken cancellationToken = default)
    {
        actor.Demand(Permission.LedgerExport);
        if (Check(numbers) is { } refusal)
        {
            return refusal;
        }

        await using var db = database.Open(actor.Scope);
        var accounts = await db.Set<JournalAccounts>().SingleOrDefaultAsync(cancellationToken);
        if (accounts is null)
        {
            accounts = new JournalAccounts { ResellerId = actor.Reseller };
            db.Add(accounts);
        }

        (accounts.Consultant, accounts.Client) = (numbers.Consultant, numbers.Client);
        (
            accounts.Taxed,
            accounts.ReverseCharge,
            accounts.Untaxed,
            accounts.FirstDebtor) = (numbers.Taxed, numbers.ReverseCharge, numbers.Untaxed, numbers.FirstDebtor);
        db.Audit(actor, clock.GetUtcNow(), Permission.LedgerExport, "changed the journal account numbers", actor.Reseller);
        await db.SaveChangesAsync(cancellationToken);
        return accounts;
    }

    /// <summary>Reads the invoices and credit notes issued in a month, as one journal line each.</summary>
    public async Task<JournalBatch> ReadMonthAsync(Actor actor, BillingPeriod month, CancellationToken cancellationToken = default)
    {
        var issued = await documents.ListMonthAsync(actor, month, cancellationToken);
        await using var db = database.Open(actor.Scope);
        var accounts = await GetAccountsAsync(db, actor, cancellationToken);
        var reseller = await db.Resellers.AsNoTracking().SingleAsync(r => r.Id == actor.Reseller, cancellationToken);

        // Customers are never deleted, so their position in creation order is stable.
        var order = await db.Customers.OrderBy(c => c.CreatedAtUtc).ThenBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellationToken);
        var debtors = order.Index().ToDictionary(c => c.Item, c => accounts.FirstDebtor + c.Index);
        return new JournalBatch(
            month,
            TimeZoneInfo.ConvertTime(clock.GetUtcNow(), reseller.Zone).DateTime,
            accounts,
            reseller.Currency,
            [.. issued.Where(document => document.Booked is not null).Select(document => new JournalLine(
                document,
                debtors[document.CustomerId],
                accounts.GetRevenue(document.Kind!.Value),
                document.Net + document.Tax,
                document.Booked!.Gross))]);
    }

    /// <summary>
    /// DATEV accepts consultants from 1001 and accounts of 4 to 8 digits; debtors have one digit more and begin with 1 to 6.
    /// </summary>
    private static Refusal? Check(JournalAccountNumbers numbers)
    {
        if (numbers.Consultant is < 1001 or > 9_999_999 || numbers.Client is < 1 or > 99_999)
        {
            return Refusal.Because(
                "Enter a consultant number from 1001 to 9999999 and a client number of up to 5 digits.", nameof(numbers.Consultant));
        }

        var revenue = new[] { numbers.Taxed, numbers.ReverseCharge, numbers.Untaxed };
        var digits = JournalAccounts.CountDigits(numbers.Taxed);
        if (revenue.Any(account => account < 1000 || JournalAccounts.CountDigits(account) is var own && (own > 8 || own != digits)))
        {
            return Refusal.Because("Enter revenue accounts of 4 to 8 digits, all of the same length.", nameof(numbers.Taxed));
        }

        var first = numbers.FirstDebtor.ToString(CultureInfo.InvariantCulture);
        return first.Length == digits + 1 && first[0] is >= '1' and <= '6'
            ? null
            : Refusal.Because(
                $"Enter a customer account of {digits + 1} digits that begins with 1 to 6.", nameof(numbers.FirstDebtor));
    }

    private static async Task<JournalAccounts> GetAccountsAsync(PortalDbContext db, Actor actor, CancellationToken cancellationToken) =>
        await db.Set<JournalAccounts>().AsNoTracking().SingleOrDefaultAsync(cancellationToken)
            ?? new JournalAccounts { ResellerId = actor.Reseller };
}
