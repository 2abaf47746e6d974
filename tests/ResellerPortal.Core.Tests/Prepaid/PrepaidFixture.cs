using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Prepaid;

/// <summary>A reseller with a prepaid customer that has a token and its own prices from the month it was added.</summary>
internal sealed class PrepaidFixture
{
    private readonly TestDatabase _database;

    private PrepaidFixture(TestDatabase database, Actor owner, Customer customer, IssuedToken token) =>
        (_database, Owner, Customer, Token) = (database, owner, customer, token);

    public Actor Owner { get; }

    public Customer Customer { get; }

    public IssuedToken Token { get; }

    public string Secret => Token.Secret;

    public PrepaidTermsService Terms => new(_database.Database, _database.Clock);

    public BalanceQueries Queries => new(_database.Database, _database.Clock);

    public BalancePaymentService Payments =>
        new(_database.Database, new AccountPausePolicy(_database.Database, _database.Clock), _database.Clock);

    public static Task<PrepaidFixture> OpenAsync(TestDatabase database, long priceMicros) =>
        OpenAsync(database, CardTerms.FromPrice(new Markup.FixedPrice(priceMicros, Currency.FromCode("EUR"))));

    public static async Task<PrepaidFixture> OpenAsync(TestDatabase database, CardTerms terms, string currency = "EUR")
    {
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind", currency);
        await database.Data.BuyAsync(owner, 12_000, 180, currency: currency);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        var fixture = new PrepaidFixture(database, owner, customer, await database.Data.IssueAsync(owner, customer));
        await database.Data.PriceAsync(
            owner, customer, terms, BillingPeriod.Containing(database.Clock.GetUtcNow(), reseller.Zone).FirstDay);
        await TestData.Valued(fixture.Terms.SetAsync(owner, customer.Id, true));
        return fixture;
    }

    public Task<BalanceTransaction> TopUpAsync(decimal amount) => TestData.Valued(Payments.TopUpAsync(Owner, Payment(amount)));

    public BalancePayment Payment(decimal amount, string reference = "") =>
        new(Customer.Id, amount, DateOnly.FromDateTime(_database.Clock.GetUtcNow().UtcDateTime), reference, Guid.NewGuid());

    public async Task<BalanceOverview> ReadAsync() => (await Queries.ReadAsync(Owner, Customer.Id))!;

    public Task<ReserveResult> ReserveAsync(string converter, long quantity = 1) =>
        _database.Meter.ReserveAsync(new ReserveRequest(Customer.ResellerId, TokenSecret.Hash(Secret), converter, quantity));

    public async Task UseAsync(string converter)
    {
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(converter));
        await _database.Meter.SettleAsync(new SettleRequest(held.Key, 1));
    }

    public async Task<IssuedToken> IssueToOtherAsync() =>
        await _database.Data.IssueAsync(Owner, await _database.Data.AddCustomerAsync(Owner, "Other"));
}
