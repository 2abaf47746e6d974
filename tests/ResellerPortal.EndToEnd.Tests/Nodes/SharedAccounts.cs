using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.Nodes;

/// <summary>
/// A reseller whose customers share its credits: tokens with a limit, without one, and of a prepaid customer. All of it was set up in the
/// middle of the month before, which has usage of each customer to invoice.
/// </summary>
internal sealed class SharedAccounts
{
    public const string OwnerEmail = "owner@northwind.example";

    /// <summary>More than are invoiced in one transaction.</summary>
    private const int QuietCustomers = 16;

    private const int UsesBefore = 3;

    private static readonly Currency Euro = Currency.FromCode("EUR");

    private SharedAccounts(Actor owner, BillingPeriod month, Customer prepaid, SharedToken[] tokens) =>
        (Owner, Month, Prepaid, Tokens) = (owner, month, prepaid, tokens);

    public Actor Owner { get; }

    /// <summary>The month to invoice.</summary>
    public BillingPeriod Month { get; }

    public Customer Prepaid { get; }

    public IReadOnlyList<SharedToken> Tokens { get; }

    /// <param name="scale">Multiplies the limits and balances, which are reached after some hundred conversions each.</param>
    public static async Task<SharedAccounts> CreateAsync(PortalDatabase database, int scale)
    {
        var now = TimeProvider.System.GetUtcNow();
        var clock = new ShiftedClock();
        var month = BillingPeriod.Containing(now, TimeZoneInfo.Utc).Previous;
        var then = month.StartsAtUtc(TimeZoneInfo.Utc).AddDays(14);
        clock.MoveTo(then);
        var data = new TestData(database, new EphemeralDataProtectionProvider(), clock);
        var (_, owner) = await data.AddResellerAsync("northwind");

        // The first lots are used up on the way, so that conversions are drawn from several.
        await data.BuyAsync(owner, 300, 3m, validityDays: 200);
        await data.BuyAsync(owner, 400, 4m, validityDays: 250);
        await data.BuyAsync(owner, 40_000L * scale, 400m * scale);
        await data.PriceAsync(owner, null, new Markup.FixedPrice(20_000, Euro), month.FirstDay);
        var acme = await data.AddCustomerAsync(owner, "Acme");
        var blue = await data.AddCustomerAsync(owner, "Blue");
        var cobalt = await data.AddCustomerAsync(owner, "Cobalt");
        SharedToken[] tokens =
        [
            new("limited", await data.IssueAsync(owner, acme, limit: 250L * scale), IsBounded: true),
            new("unlimited", await data.IssueAsync(owner, acme), IsBounded: false),
            new("limited beside it", await data.IssueAsync(owner, blue, limit: 350L * scale), IsBounded: true),
            new("unlimited beside it", await data.IssueAsync(owner, blue), IsBounded: false),
            new("prepaid", await data.IssueAsync(owner, cobalt), IsBounded: true),
        ];
        var used = tokens.Where(token => token.Name is "unlimited" or "unlimited beside it" or "prepaid")
            .Select(token => token.Issued)
            .ToList();
        for (var i = 0; i < QuietCustomers; i++)
        {
            used.Add(await data.IssueAsync(owner, await data.AddCustomerAsync(owner, $"Quiet {i}")));
        }

        var later = then.AddDays(1);
        clock.MoveTo(later);
        await data.Recorder.RecordAsync(
            owner.Scope, [.. used.SelectMany(token => Enumerable.Range(1, UsesBefore).Select(i => TestData.Fact(token, later, i)))]);
        await TestData.Valued(new PrepaidTermsService(database, clock).SetAsync(owner, cobalt.Id, isPrepaid: true));
        await TestData.Valued(
            new BalancePaymentService(database, new AccountPausePolicy(database, clock), clock).TopUpAsync(
                owner, new BalancePayment(cobalt.Id, 7.26m * scale, DateOnly.FromDateTime(then.UtcDateTime), "", Guid.NewGuid())));
        return new SharedAccounts(owner, month, cobalt, tokens);
    }
}

/// <param name="IsBounded">Whether a limit or a balance bounds it.</param>
internal sealed record SharedToken(string Name, IssuedToken Issued, bool IsBounded);
