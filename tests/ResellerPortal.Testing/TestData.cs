using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Testing;

/// <summary>Creates resellers, customers, lots and tokens in a database through the real services.</summary>
public sealed class TestData(PortalDatabase database, IDataProtectionProvider protection, TimeProvider clock)
{
    public const string Password = "Correct-Horse-1!";

    private static readonly UpperInvariantLookupNormalizer Normalizer = new();

    public static Actor Operator { get; } = Actor.Portal("test", TenantScope.CrossTenants("test operator"));

    public PortalDatabase Database { get; } = database;

    public TimeProvider Clock { get; } = clock;

    public ApiTokenService Tokens => new(Database, protection, new NoUpstreamTokenClient(), Clock);

    public RateCardService RateCards => new(Database, Clock);

    public PlanOrderService Orders => new(Database, Clock);

    public CreditLotService Lots => new(Database, Clock);

    public OrderPaymentService OrderPayments => new(Database, Clock);

    public InvoiceDrafter Drafter => new(Database, Clock);

    public ContractEndService ContractEnds => new(Database, Clock);

    public InvoiceFinalizer Invoices => new(Database, Clock, new PortalAddress("https://portal.example"));

    public UsageRecorder Recorder => new(Database, Clock);

    public CustomerService Customers => new(Database, Memberships, Clock);

    public UserDirectory Users => new(Database, Normalizer);

    public Memberships Memberships => new(Database, Users, new PasswordHasher<PortalUser>(), Normalizer, Clock);

    public TeamService Teams => new(Database, Memberships, Users, Clock);

    public Task<Invitation?> AddOperatorAsync(string email) => Memberships.AddOperatorAsync(email, Password);

    public async Task<(Reseller Reseller, Actor Owner)> AddResellerAsync(
        string slug,
        string currency = "EUR",
        string zone = "Europe/Vilnius",
        int? taxBasisPoints = 2100)
    {
        var details = new ResellerDetails(
            slug,
            slug + " Ltd",
            $"owner@{slug}.example",
            currency,
            zone,
            new PostalAddress("Street 1", "01100", "Vilnius", "LT"),
            "LT100001919017",
            taxBasisPoints);
        var reseller = (await new ResellerService(Database, Memberships, Clock).AddAsync(Operator, details, Password)).Value.Reseller;
        return (reseller, Actor.Portal("test owner", TenantScope.ForReseller(reseller.Id)));
    }

    public async Task<Customer> AddCustomerAsync(
        Actor owner,
        string name,
        TaxTreatment tax = TaxTreatment.Standard,
        int selfServiceTokens = 3,
        long? selfServiceMaxLimit = 500)
    {
        var email = $"admin@{name.ToLowerInvariant().Replace(' ', '-')}.example";
        var details = new CustomerDetails(
            name, email, new PostalAddress("Road 2", "10115", "Berlin", "DE"), null, tax, selfServiceTokens, selfServiceMaxLimit);
        return (await Customers.AddAsync(owner, details, Password)).Value.Customer;
    }

    public Task<BulkPlan> OfferAsync(long conversions, decimal price, int validityDays = 365, string currency = "EUR") =>
        Valued(new BulkPlanService(Database, Clock).OfferAsync(
            Operator, new PlanTerms($"Plan {Guid.NewGuid():N}", conversions, price, currency, validityDays, PlanRenewal.OneOff, null)));

    public async Task<CreditLot> BuyAsync(Actor owner, long conversions, decimal price, int validityDays = 365, string currency = "EUR")
    {
        var plan = await OfferAsync(conversions, price, validityDays, currency);
        var order = await Valued(Orders.OrderAsync(owner, plan.Id, Guid.NewGuid()));
        return await Valued(OrderPayments.ConfirmAsync(Operator, order.Id, "paid"));
    }

    public Task<IssuedToken> IssueAsync(
        Actor owner,
        Customer customer,
        long? limit = null,
        DateTimeOffset? expiresAtUtc = null,
        string environment = "production") =>
        Valued(Tokens.IssueAsync(owner, customer.Id, new TokenRequest(environment, limit, expiresAtUtc)));

    public Task<RateCardChange> PriceAsync(Actor owner, Customer? customer, PriceModel price, DateOnly from) =>
        PriceAsync(owner, customer, CardTerms.FromPrice(price), from);

    public Task<RateCardChange> PriceAsync(Actor owner, Customer? customer, CardTerms terms, DateOnly from) =>
        Valued(RateCards.SetAsync(owner, customer?.Id, terms, from));

    public static UsageFact Fact(IssuedToken token, DateTimeOffset at, long quantity = 1, string converter = "docx-to-pdf") =>
        new(token.Token.Id, at, converter, quantity, UsageSource.Import, Guid.NewGuid());

    public static Actor CreateAdmin(Customer customer) => Actor.ForMember(
        new Member { UserId = Guid.NewGuid(), ResellerId = customer.ResellerId, CustomerId = customer.Id, Role = Role.CustomerAdmin },
        "admin");

    public static async Task<T> Valued<T>(Task<Outcome<T>> act)
        where T : class => (await act).Value;

    /// <summary>The test data has no upstream account.</summary>
    private sealed class NoUpstreamTokenClient : IUpstreamTokenClient
    {
        public Task<Outcome<UpstreamToken>> CreateAsync(
            ResellerId reseller,
            long limit,
            TimeSpan life,
            CancellationToken cancellationToken) =>
            Task.FromResult<Outcome<UpstreamToken>>(Refusal.Because("These books have no account at the upstream."));

        public Task<bool> TryDeleteAsync(ResellerId reseller, string secret, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
