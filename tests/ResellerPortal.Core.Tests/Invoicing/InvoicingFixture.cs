using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

/// <summary>A reseller with one customer, invoiced month by month.</summary>
internal sealed class InvoicingFixture
{
    private readonly TestDatabase _database;
    private readonly string _secret;
    private BillingPeriod _month = new(2026, 10);

    private InvoicingFixture(TestDatabase database, Actor owner, Customer customer, string secret) =>
        (_database, Owner, Customer, _secret) = (database, owner, customer, secret);

    public Actor Owner { get; }

    public Customer Customer { get; }

    public string Secret => _secret;

    public static async Task<InvoicingFixture> OpenAsync(TestDatabase database)
    {
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 12_000, 180);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        return new InvoicingFixture(database, owner, customer, (await database.Data.IssueAsync(owner, customer)).Secret);
    }

    /// <summary>Uses 100 conversions and finalises their month at noon on the first day of the next.</summary>
    public async Task<Invoice> InvoiceAsync()
    {
        await _database.UseAsync(_secret, 100);
        _database.Clock.SetUtcNow(_month.EndsAtUtc(TimeZoneInfo.Utc).AddHours(12));
        var draft = (await _database.Data.Drafter.DraftAsync(Owner, _month)).Value.Results.Single();
        _month = _month.Next;
        return await TestData.Valued(_database.Data.Invoices.FinaliseAsync(Owner, draft.InvoiceId!.Value));
    }
}
