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

namespace ResellerPortal.Core.Tests.Balances;

/// <summary>A reseller with a prepaid customer that has a token and prices of its own from the month it was added in.</summary>
internal sealed class PrepaidFixture
{
    private readonly TestDatabase _live;

    private PrepaidFixture(TestDatabase live, Actor owner, Customer customer, IssuedToken token) => (_live, Owner, Customer, Token) = (live, owner, customer, token);

    public Actor Owner { get; }

    public Customer Customer { get; }

    public IssuedToken Token { get; }

    public string Secret => Token.Secret;

    public PrepaidTermsService Terms => new(_live.Database, _live.Clock);

    public BalanceQueries Queries => new(_live.Database, _live.Clock);

    public BalancePaymentService Payments => new(_live.Database, new AccountPausePolicy(_live.Database, _live.Clock), _live.Clock);

    public static Task<PrepaidFixture> OpenAsync(TestDatabase live, long priceMicros) => OpenAsync(live, CardTerms.FromPrice(new Markup.FixedPrice(priceMicros, Currency.FromCode("EUR"))));

    public static async Task<PrepaidFixture> OpenAsync(TestDatabase live, CardTerms terms, string currency = "EUR")
    {
        var (reseller, owner) = await live.Books.AddResellerAsync("northwind", currency);
        await live.Books.BuyAsync(owner, 12_000, 180, currency: currency);
        var customer = await live.Books.AddCustomerAsync(owner, "Acme");
        var desk = new PrepaidFixture(live, owner, customer, await live.Books.IssueAsync(owner, customer));
        await live.Books.PriceAsync(owner, customer, terms, BillingPeriod.Containing(live.Clock.GetUtcNow(), reseller.Zone).FirstDay);
        await TestData.Valued(desk.Terms.SetAsync(owner, customer.Id, true));
        return desk;
    }

    public Task<BalanceTransaction> TopUpAsync(decimal amount) => TestData.Valued(Payments.TopUpAsync(Owner, Payment(amount)));

    public BalancePayment Payment(decimal amount, string reference = "") =>
        new(Customer.Id, amount, DateOnly.FromDateTime(_live.Clock.GetUtcNow().UtcDateTime), reference, Guid.NewGuid());

    public async Task<BalanceOverview> ReadAsync() => (await Queries.ReadAsync(Owner, Customer.Id))!;

    public Task<ReserveResult> ReserveAsync(string converter, long quantity = 1) => _live.Meter.ReserveAsync(new ReserveRequest(TokenSecret.Hash(Secret), converter, quantity));

    public async Task UseAsync(string converter)
    {
        var held = Assert.IsType<ReserveResult.Held>(await ReserveAsync(converter));
        await _live.Meter.SettleAsync(new SettleRequest(held.ReservationId, 1));
    }

    public async Task<IssuedToken> IssueToOtherAsync() => await _live.Books.IssueAsync(Owner, await _live.Books.AddCustomerAsync(Owner, "Other"));
}
