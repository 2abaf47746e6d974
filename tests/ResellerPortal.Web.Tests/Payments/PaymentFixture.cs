using System.Net;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Payments;

/// <summary>A running portal with a stand-in for Stripe, and helpers for payment tests.</summary>
internal sealed class PaymentFixture : IAsyncDisposable
{
    public const string OwnKey = "sk_test_northwind";
    public const string OwnSecret = "whsec_northwind";

    public static readonly DateTimeOffset Start = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly ShiftedClock _stripeClock;
    private int _customers;

    private PaymentFixture(PortalServer server, StandInStripe stripe, ShiftedClock stripeClock, Reseller reseller, Actor owner) =>
        (Server, Stripe, _stripeClock, Reseller, Owner) = (server, stripe, stripeClock, reseller, owner);

    public PortalServer Server { get; }

    public StandInStripe Stripe { get; }

    public Reseller Reseller { get; }

    public Actor Owner { get; }

    public static async Task<PaymentFixture> OpenAsync(params (string, string)[] settings)
    {
        var clock = new ShiftedClock();
        clock.MoveTo(Start);
        var stripe = await StandInStripe.StartAsync(clock);
        var server = PortalServer.Start(Start.AddMonths(-1), [.. stripe.Settings, .. settings]);
        var (reseller, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.PriceAsync(owner, null, new Markup.FixedPrice(100_000, reseller.Currency), new DateOnly(2026, 10, 1));
        server.Clock.MoveTo(Start);

        // The nightly check has already run and does not interfere with tests.
        var reconciler = server.Services.GetRequiredService<PaymentReconciler>();
        await reconciler.RunNightlyAsync(CancellationToken.None);
        await reconciler.CompareAsync(CancellationToken.None);
        return new PaymentFixture(server, stripe, clock, reseller, owner);
    }

    public T Get<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    public void MoveTo(DateTimeOffset instant)
    {
        Server.Clock.MoveTo(instant);
        _stripeClock.MoveTo(instant);
    }

    /// <summary>The reseller enters its own API keys.</summary>
    public async Task UseOwnKeysAsync()
    {
        Stripe.AddAccount(OwnKey, "acct_northwind");
        Assert.True((await TestData.Valued(Get<PaymentAccountService>().SetKeysAsync(Owner, OwnKey, OwnSecret))).TakesPayments);
    }

    /// <summary>Creates a customer with an October invoice of 12.10 EUR, due on 15 November.</summary>
    public async Task<(Customer Customer, Invoice Invoice)> InvoiceAsync()
    {
        var customer = await Server.Data.AddCustomerAsync(Owner, $"Customer {++_customers}");
        var token = await Server.Data.IssueAsync(Owner, customer);
        await using (var db = Open())
        {
            if (!await db.CreditLots.AnyAsync(l => l.ResellerId == Reseller.Id && l.PlanName.StartsWith("Plan")))
            {
                await Server.Data.BuyAsync(Owner, 1_000_000, 1000m);
            }
        }

        await Server.Data.Recorder.RecordAsync(
            Owner.Scope, [TestData.Fact(token, new DateTimeOffset(2026, 10, 20, 12, 0, 0, TimeSpan.Zero), 100)]);
        var result = (await Server.Data.Drafter.DraftAsync(Owner, new BillingPeriod(2026, 10))).Value;
        var draft = result.Results.Single(r => r.CustomerId == customer.Id).InvoiceId!.Value;
        return (customer, await TestData.Valued(Server.Data.Invoices.FinaliseAsync(Owner, draft)));
    }

    public Task<BulkPlan> PlanAsync(
        string name,
        long conversions,
        decimal price,
        PlanRenewal renewal = PlanRenewal.OneOff,
        int days = 365) =>
        TestData.Valued(new BulkPlanService(Server.Data.Database, Server.Clock).OfferAsync(
            TestData.Operator, new PlanTerms(name, conversions, price, "EUR", days, renewal, null)));

    public Task<PlanOrder> OrderAsync(BulkPlan plan) => TestData.Valued(Server.Data.Orders.OrderAsync(Owner, plan.Id, Guid.NewGuid()));

    /// <summary>Orders a plan and starts its online payment.</summary>
    public async Task<(PlanOrder Order, string Session)> CheckOutAsync(BulkPlan plan, bool savesMethod = false)
    {
        var order = await OrderAsync(plan);
        return (
            order,
            (await TestData.Valued(Get<CheckoutService>().PayOrderAsync(
                Owner,
                order.Id,
                PaymentMethodKind.Online,
                savesMethod,
                "https://portal.example/reseller/plans?checkout={checkout}"))).SessionId!);
    }

    public async Task<string> CheckOutAsync(Customer customer, Invoice invoice, bool savesMethod = false) =>
        (await TestData.Valued(Get<CheckoutService>().PayInvoiceAsync(
            TestData.CreateAdmin(customer), invoice.Id, savesMethod, "https://portal.example/my/invoices?checkout={checkout}"))).SessionId!;

    /// <summary>Delivers an event as Stripe does and processes it.</summary>
    public async Task DeliverAsync(StripeEvent sent)
    {
        Assert.Equal(HttpStatusCode.OK, await SendAsync(sent));
        await FollowedAsync();
    }

    /// <summary>Processes pending events and waits for those that a background worker has taken.</summary>
    public async Task FollowedAsync()
    {
        await Get<WebhookInbox>().RunAsync();
        await using var db = Open();
        await Eventually.TrueAsync(
            async () => !await db.WebhookEvents.AnyAsync(e => e.State == WebhookEventState.Pending && e.Attempts == 0),
            "all events are followed up");
    }

    public Task<HttpStatusCode> SendAsync(StripeEvent sent) => sent.Account == "acct_northwind"
        ? Stripe.DeliverAsync(sent, new Uri(Server.Address, PaymentAccountService.GetWebhookPath(Reseller.Id)), OwnSecret)
        : Stripe.DeliverAsync(sent, new Uri(Server.Address, "/webhooks/stripe"));

    /// <summary>Delivers all undelivered events in order.</summary>
    public async Task DeliverAllAsync()
    {
        while (Stripe.Events.TryDequeue(out var sent))
        {
            await DeliverAsync(sent);
        }
    }

    public Core.Persistence.PortalDbContext Open() => Server.Data.Database.Open(TenantScope.CrossTenants("test"));

    public async Task<Invoice> ReadAsync(Invoice invoice)
    {
        await using var db = Open();
        return await db.Invoices.AsNoTracking().SingleAsync(i => i.Id == invoice.Id);
    }

    public async Task<List<Payment>> PaymentsAsync(Invoice invoice)
    {
        await using var db = Open();
        return await db.Payments.AsNoTracking().Where(p => p.InvoiceId == invoice.Id).OrderBy(p => p.RecordedAtUtc).ToListAsync();
    }

    public async Task<long> BalanceAsync(Customer customer)
    {
        await using var db = Open();
        return (await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customer.Id)).BalanceMinorUnits;
    }

    public async Task<List<CreditNote>> NotesAsync(Invoice invoice)
    {
        await using var db = Open();
        return await db.CreditNotes.AsNoTracking().Where(n => n.InvoiceId == invoice.Id).OrderBy(n => n.Number).ToListAsync();
    }

    public async Task<List<CreditLot>> LotsAsync()
    {
        await using var db = Open();
        return await db.CreditLots.AsNoTracking().Where(l => l.ResellerId == Reseller.Id).OrderBy(l => l.Id).ToListAsync();
    }

    public async Task<Checkout> CheckoutAsync(string session)
    {
        await using var db = Open();
        return await db.Checkouts.AsNoTracking().SingleAsync(c => c.SessionId == session);
    }

    public async Task<PlanSubscription> SubscriptionAsync()
    {
        await using var db = Open();
        return await db.PlanSubscriptions.AsNoTracking().SingleAsync();
    }

    /// <summary>Asserts that all balances and ledgers verify and that Stripe reported no faults.</summary>
    public async Task AssertSoundAsync()
    {
        Assert.Empty(Stripe.Faults);
        Assert.Empty(await Get<BalanceVerifier>().VerifyAsync());
        await using var db = Open();
        foreach (var invoice in await db.Invoices.AsNoTracking().Where(i => i.FinalisedAtUtc != null).ToListAsync())
        {
            var paid = await db.Payments.Where(p => p.InvoiceId == invoice.Id).SumAsync(p => p.AmountMinorUnits)
                - await db.BalanceTransactions.Where(e => e.InvoiceId == invoice.Id).SumAsync(e => e.AmountMinorUnits);
            Assert.Equal(invoice.PaidMinorUnits, paid);
            Assert.True(invoice.CreditedMinorUnits <= invoice.Total.MinorUnits);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Stripe.DisposeAsync();
    }
}
