using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Demo;

/// <summary>
/// Creates the demo data: an operator, the reseller Northwind with nine customers and twelve months of usage, and a second,
/// isolated reseller. Uses the same services as real data, with the clock set back.
/// </summary>
public sealed class DemoSeeder(
    PortalDatabase database,
    Memberships memberships,
    IDataProtectionProvider protection,
    IUpstreamTokenClient upstreamTokens,
    PortalAddress portal,
    TimeProvider realClock,
    ILogger<DemoSeeder> logger)
{
    public const string Password = "Demo-Passw0rd!";
    public const string OperatorEmail = "operator@demo.example";
    public const string OwnerEmail = "owner@northwind.example";
    public const string CustomerEmail = "admin@acme.example";
    public const string ProductionToken = "demo_acme_production_token_0001";
    public const string StagingToken = "demo_acme_staging_token_0002";

    private const int Months = 12;
    private const string Dollars = "USD";

    private static readonly Currency Eur = Currency.FromCode("EUR");

    /// <summary>Fictitious EUR to USD rates, each for two months.</summary>
    private static readonly decimal[] Rates = [1.0851m, 1.0956m, 1.1012m, 1.0874m, 1.1123m, 1.1205m];

    private static readonly DemoCustomer[] Customers =
    [
        new(
            "Acme Publishing",
            CustomerEmail,
            new("12 Harbour Street", "D02 XY45", "Dublin", "IE"),
            "IE6388047V",
            TaxTreatment.ReverseCharge,
                null, 620, 0.02m, ["docx-to-pdf", "pdf-to-jpg", "html-to-pdf"]),
        new(
            "Blue Yonder Travel",
            "it@blueyonder.example",
            new("Calle Mayor 4", "28013", "Madrid", "ES"),
            "ESB12345674",
            TaxTreatment.ReverseCharge,
                new Markup.CostPlusPercent(45), 410, 0.05m, ["html-to-pdf", "docx-to-pdf"], Language: "es"),
        new(
            "Cedar Legal",
            "office@cedarlegal.example",
            new("Gedimino pr. 9", "01103", "Vilnius", "LT"),
            "LT100001919017",
            TaxTreatment.Standard,
                new Markup.CostPlusAmount(
                    9_000, Eur), 300, 0.01m, ["docx-to-pdf", "pdf-to-docx", "pdf-to-pdfa"], MonthlyLimit: 1_000, Language: "lt"),
        new(
            "Delta Insurance",
            "apis@delta.example",
            new("Brivibas iela 21", "LV-1011", "Riga", "LV"),
            "LV40003009497",
            TaxTreatment.ReverseCharge,
                new Markup.FixedPrice(25_000, Eur), 520, 0.00m, ["pdf-to-pdfa", "docx-to-pdf", "tiff-to-pdf"]),
        new(
            "Evergreen Schools",
            "admin@evergreen.example",
            new("Konstitucijos pr. 3", "09308", "Vilnius", "LT"),
            null,
            TaxTreatment.Standard,
                new Markup.FixedPrice(10_000, Eur), 260, 0.03m, ["pptx-to-pdf", "docx-to-pdf"], MonthlyBudget: 400, Language: "lt"),
        new("Fjord Analytics", "ops@fjord.example", new("Strandgaten 18", "5013", "Bergen", "NO"), null, TaxTreatment.OutsideScope,
            null, 150, 0.09m, ["csv-to-pdf", "xlsx-to-pdf", "html-to-pdf"], PaysIn: 40),
        new(
            "Golden Gate Media",
            "dev@goldengate.example",
            new("220 Market St", "CA 94103", "San Francisco", "US"),
            null,
            TaxTreatment.OutsideScope,
                new Markup.CostPlusPercent(60), 120, 0.01m, ["png-to-pdf", "jpg-to-pdf"], QuietMonths: 3),
        new(
            "Helios Engineering",
            "it@helios.example",
            new("Hauptstraße 77", "10827", "Berlin", "DE"),
            "DE136695976",
            TaxTreatment.ReverseCharge,
                new Markup.CostPlusPercent(30), 90, 0.04m, ["dwg-to-pdf", "docx-to-pdf"], UnpaidInvoices: 2, Language: "de"),
        new("Juniper Labs", "billing@juniper.example", new("400 Pine Street", "WA 98101", "Seattle", "US"), null, TaxTreatment.Automatic,
            new Markup.CostPlusPercent(50), 240, 0.03m, ["html-to-pdf", "md-to-pdf"], UnpaidInvoices: 1, Currency: Dollars),
    ];

    private readonly DemoClock _clock = new(realClock.GetUtcNow());

    /// <summary>Seeds an empty database; does nothing if a reseller exists.</summary>
    public async Task SeedAsync(CancellationToken cancellationToken = default)
    {
        await using (var db = database.Open(TenantScope.CrossTenants("demo data")))
        {
            if (await db.Resellers.AnyAsync(cancellationToken))
            {
                return;
            }
        }

        logger.LogInformation("Creating twelve months of demo data …");
        var now = realClock.GetUtcNow();
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vilnius");
        var present = BillingPeriod.Containing(now, zone);
        var first = BillingPeriod.Containing(present.FirstDay.AddMonths(-Months));
        _clock.Now = first.StartsAtUtc(zone);

        var portal = Actor.Portal("demo data", TenantScope.CrossTenants("demo data"));
        await memberships.AddOperatorAsync(OperatorEmail, Password, cancellationToken);
        var plans = await OfferPlansAsync(portal);
        var resellers = new ResellerService(database, memberships, _clock);
        var northwind = (await resellers.AddAsync(
            portal,
            new ResellerDetails(
                "northwind",
                "Northwind Documents",
                OwnerEmail,
                "EUR",
                zone.Id,
                new PostalAddress("Vilniaus g. 31", "01402", "Vilnius", "LT"),
                "LT100001919017",
                2100),
            Password,
            cancellationToken)).Value.Reseller;
        var fabrikam = (await resellers.AddAsync(
            portal,
            new ResellerDetails(
                "fabrikam",
                "Fabrikam Files",
                "owner@fabrikam.example",
                "USD",
                "America/New_York",
                new PostalAddress("1 Main Street", "NY 10001", "New York", "US"),
                null,
                StandardTaxBasisPoints: null),
            Password,
            cancellationToken)).Value.Reseller;
        await new CustomerService(database, memberships, _clock).AddAsync(
            Actor.Portal("demo data", TenantScope.ForReseller(fabrikam.Id)),
            new CustomerDetails(
                "Initech",
                "admin@initech.example",
                new PostalAddress("2 Side Street", "TX 73301", "Austin", "US"),
                null,
                TaxTreatment.OutsideScope,
                5,
                null),
            Password,
            cancellationToken);

        var owner = Actor.Portal("demo data", TenantScope.ForReseller(northwind.Id));
        await SetBrandingAsync(owner, northwind.Id, cancellationToken);
        var accounts = await AddCustomersAsync(owner, first.FirstDay, cancellationToken);
        await SimulateMonthsAsync(portal, owner, plans, accounts, first, present, zone, now, cancellationToken);
    }

    private async Task<Dictionary<string, BulkPlan>> OfferPlansAsync(Actor portal)
    {
        var service = new BulkPlanService(database, _clock);
        PlanTerms[] terms =
        [
            new("Starter 1,000", 1_000, 25, "EUR", 365, PlanRenewal.OneOff, null),
            new("Business 12,000", 12_000, 180, "EUR", 365, PlanRenewal.Yearly, 0.03m),
            new("Growth 25,000", 25_000, 325, "EUR", 365, PlanRenewal.Yearly, 0.025m),
            new("Scale 60,000", 60_000, 690, "EUR", 365, PlanRenewal.Yearly, 0.02m),
            new("Business 12,000 (US)", 12_000, 195, "USD", 365, PlanRenewal.Yearly, null),
        ];
        var plans = new Dictionary<string, BulkPlan>();
        foreach (var term in terms)
        {
            plans.Add(term.Name, (await service.OfferAsync(portal, term)).Value);
        }

        return plans;
    }

    private async Task SetBrandingAsync(Actor owner, ResellerId id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(owner.Scope);
        var reseller = await db.Resellers.SingleAsync(r => r.Id == id, cancellationToken);
        reseller.BrandColor = "#0f6d62";
        reseller.Account = new BankAccount("Northwind Documents", "LT121000011101001000", "CBVILT2X");
        reseller.PaymentInstructions = "Thank you for working with us.";
        (reseller.ContactName, reseller.ContactPhone) = ("Rasa Kalniņa", "+370 5 000 0000");
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<List<DemoAccount>> AddCustomersAsync(Actor owner, DateOnly from, CancellationToken cancellationToken)
    {
        var customers = new CustomerService(database, memberships, _clock);
        var tokens = new ApiTokenService(database, protection, upstreamTokens, _clock);
        var cards = new RateCardService(database, _clock);
        await cards.SetAsync(owner, null, CardTerms.FromPrice(new Markup.CostPlusPercent(35)), from, cancellationToken);
        await new CurrencyRateService(database, _clock).SetAsync(owner, Dollars, Rates[0], from, cancellationToken);
        var accounts = new List<DemoAccount>();
        foreach (var demo in Customers)
        {
            var customer = (await customers.AddAsync(
                owner,
                new CustomerDetails(
                    demo.Name,
                    demo.Email,
                    demo.Address,
                    demo.VatId,
                    demo.Tax,
                    3,
                    1_000,
                    demo.MonthlyBudget,
                    Language: demo.Language,
                    Currency: demo.Currency),
                Password,
                cancellationToken)).Value.Customer;
            if (demo.Markup is not null)
            {
                await cards.SetAsync(owner, customer.Id, CardTerms.FromPrice(demo.Markup), from, cancellationToken);
            }

            var isAcme = demo.Email == CustomerEmail;
            var production = await tokens.IssueKnownAsync(
                owner,
                customer.Id,
                new TokenRequest(
                    "production",
                    demo.MonthlyLimit,
                    null)
                { LimitPeriod = demo.MonthlyLimit is null ? LimitPeriod.Ever : LimitPeriod.Month },
                isAcme ? ProductionToken : TokenSecret.Create(),
                cancellationToken);
            var staging = await tokens.IssueKnownAsync(
                owner,
                customer.Id,
                new TokenRequest("staging", 100, null),
                isAcme ? StagingToken : TokenSecret.Create(),
                cancellationToken);
            accounts.Add(new DemoAccount(demo, customer.Id, production.Value.Token.Id, staging.Value.Token.Id));
        }

        return accounts;
    }

    private async Task SimulateMonthsAsync(
        Actor portal,
        Actor owner,
        Dictionary<string, BulkPlan> plans,
        List<DemoAccount> accounts,
        BillingPeriod first,
        BillingPeriod present,
        TimeZoneInfo zone,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var usage = new DemoUsage(zone);
        var recorder = new UsageRecorder(database, _clock);
        var drafter = new InvoiceDrafter(database, _clock);
        for (var (period, index) = (first, 0); period <= present; (period, index) = (period.Next, index + 1))
        {
            _clock.Now = period.StartsAtUtc(zone);
            if (index is 0 or 6 or 11)
            {
                await BuyAsync(portal, owner, plans[index == 6 ? "Business 12,000" : "Growth 25,000"], cancellationToken);
            }

            if (index > 0 && index % 2 == 0)
            {
                await new CurrencyRateService(database, _clock).SetAsync(
                    owner, Dollars, Rates[index / 2 % Rates.Length], period.FirstDay, cancellationToken);
            }

            if (index % 4 == 0)
            {
                await TopUpAsync(owner, accounts, period.FirstDay, cancellationToken);
            }

            var facts = usage.Create(accounts, period, index, now, monthsToCome: Months - index);
            _clock.Now = period == present ? now : period.EndsAtUtc(zone).AddSeconds(-1);
            foreach (var chunk in facts.Chunk(2000))
            {
                await recorder.RecordAsync(owner.Scope, chunk, cancellationToken);
            }

            if (period >= present.Previous)
            {
                await AddRequestsAsync(owner, facts, accounts, now, cancellationToken);
            }

            // Last month is left for the user to invoice.
            if (period < present.Previous)
            {
                _clock.Now = period.EndsAtUtc(zone).AddHours(6);
                var drafts = (await drafter.DraftAsync(owner, period, cancellationToken: cancellationToken)).Value;
                await FinaliseAsync(
                    owner, accounts, drafts, isAmongLast: n => period.FirstDay.AddMonths(n + 1) >= present.FirstDay, cancellationToken);
            }
        }

        _clock.Now = now.AddHours(-3);
        await new PlanOrderService(database, _clock).OrderAsync(owner, plans["Business 12,000"].Id, Guid.NewGuid(), cancellationToken);
    }

    private async Task AddRequestsAsync(
        Actor owner,
        IReadOnlyList<UsageFact> facts,
        List<DemoAccount> accounts,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(owner.Scope);
        db.TokenRequestCounts.AddRange(DemoRequests.Create(facts, accounts, owner.Reseller, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task TopUpAsync(Actor owner, List<DemoAccount> accounts, DateOnly day, CancellationToken cancellationToken)
    {
        var payments = new BalancePaymentService(database, new AccountPausePolicy(database, _clock), _clock);
        foreach (var account in accounts.Where(a => a.Demo.PaysIn is not null))
        {
            await new PrepaidTermsService(database, _clock).SetAsync(owner, account.CustomerId, true, cancellationToken);
            await payments.TopUpAsync(
                owner,
                new BalancePayment(account.CustomerId, account.Demo.PaysIn!.Value, day, $"Top-up {account.Demo.Name}", Guid.NewGuid()),
                cancellationToken);
        }
    }

    private async Task BuyAsync(Actor portal, Actor owner, BulkPlan plan, CancellationToken cancellationToken)
    {
        var order = (await new PlanOrderService(database, _clock).OrderAsync(owner, plan.Id, Guid.NewGuid(), cancellationToken)).Value;
        await new OrderPaymentService(database, _clock).ConfirmAsync(
            portal, order.Id, order.TransferReference, cancellationToken: cancellationToken);
    }

    private async Task FinaliseAsync(
        Actor owner,
        List<DemoAccount> accounts,
        DraftingResult drafts,
        Func<int, bool> isAmongLast,
        CancellationToken cancellationToken)
    {
        var invoices = new InvoiceFinalizer(database, _clock, portal);
        var payments = new InvoicePaymentService(database, new AccountPausePolicy(database, _clock), _clock);
        var issued = _clock.Now;
        foreach (var draft in drafts.Results.Where(r => r.Outcome == DraftOutcome.Drafted))
        {
            _clock.Now = issued;
            var invoice = (await invoices.FinaliseAsync(owner, draft.InvoiceId!.Value, cancellationToken)).Value;
            var demo = accounts.Find(a => a.CustomerId == draft.CustomerId)!.Demo;
            if (invoice.Due.MinorUnits > 0 && (demo.UnpaidInvoices == 0 || !isAmongLast(demo.UnpaidInvoices)))
            {
                _clock.Now = issued.AddDays(9);
                await payments.RecordAsync(
                    owner,
                    new ReceivedPayment(
                        invoice.Id, invoice.Due.Amount, DateOnly.FromDateTime(_clock.Now.UtcDateTime), invoice.Number!, Guid.NewGuid()),
                    cancellationToken);
            }
        }
    }
}
