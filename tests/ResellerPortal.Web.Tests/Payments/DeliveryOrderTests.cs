using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Plans;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Payments;

/// <summary>Balances end up the same and consistent in whatever order Stripe events arrive.</summary>
public sealed class DeliveryOrderTests
{
    /// <summary>What happens to a payment afterwards: refunds, disputes and their outcomes.</summary>
    private enum PaymentTurn
    {
        Refund,
        FailedRefund,
        DisputeWon,
        DisputeLost,
        DisputeOpen,
    }

    [Fact]
    public Task Events_in_any_order_and_number_leave_the_books_the_same() => TellAsync(12);

    /// <summary>The same with concurrent transactions and row locks.</summary>
    [Fact]
    public async Task Events_in_any_order_and_number_leave_the_books_the_same_on_PostgreSQL()
    {
        using var postgres = PostgreSqlServer.Start("fsync=off");
        await TellAsync(8, postgres.CreateSettings("portal"));
    }

    private static async Task TellAsync(int stories, params (string, string)[] settings)
    {
        await using var fixture = await PaymentFixture.OpenAsync(settings);
        await fixture.UseOwnKeysAsync();
        var plan = await fixture.PlanAsync("Twelve", 12_000, 180m);
        var monthly = await fixture.PlanAsync("Monthly", 1_000, 20m, PlanRenewal.Monthly, 30);
        var random = Gen.Select(Gen.Enum<PaymentTurn>().Array[0, 2], Gen.Int[1, 600], Gen.Int[0, 2], Gen.Int);
        await random.SampleAsync(
            async story =>
            {
                var (turns, amount, renewals, seed) = story;
                var (customer, invoice) = await fixture.InvoiceAsync();
                var before = (await fixture.LotsAsync()).Count;
                var session = await fixture.CheckOutAsync(customer, invoice);
                var (order, plans) = await fixture.CheckOutAsync(plan);
                var (_, subscribed) = await fixture.CheckOutAsync(monthly);
                fixture.Stripe.Events.Clear();

                await fixture.Stripe.PayAsync(session);
                await fixture.Stripe.PayAsync(plans);
                await fixture.Stripe.PayAsync(subscribed);
                var intent = (string)fixture.Stripe.Object(session)["payment_intent"]!;
                var (back, disputed) = (0L, 0L);
                foreach (var turn in turns)
                {
                    switch (turn)
                    {
                        case PaymentTurn.Refund:
                            fixture.Stripe.Refund(intent, amount);
                            back += amount;
                            break;
                        case PaymentTurn.FailedRefund:
                            fixture.Stripe.FailRefund(fixture.Stripe.Refund(intent, amount));
                            break;
                        default:
                            var dispute = fixture.Stripe.Dispute(intent, amount);
                            if (turn != PaymentTurn.DisputeOpen)
                            {
                                fixture.Stripe.CloseDispute(dispute, turn == PaymentTurn.DisputeWon);
                            }

                            disputed += turn == PaymentTurn.DisputeOpen ? amount : 0;
                            back += turn == PaymentTurn.DisputeWon ? 0 : amount;
                            break;
                    }
                }

                var subscription = (string)fixture.Stripe.Object(subscribed)["subscription"]!;
                for (var i = 0; i < renewals; i++)
                {
                    fixture.Stripe.Renew(subscription, isPaid: true);
                }

                // Each event is delivered one to three times in random order, some concurrently.
                var dice = new Random(seed);
                var deliveries = fixture.Stripe.Events.SelectMany(e => Enumerable.Repeat(e, dice.Next(1, 4))).ToArray();
                fixture.Stripe.Events.Clear();
                dice.Shuffle(deliveries);
                foreach (var some in deliveries.Chunk(4))
                {
                    await Task.WhenAll(some.Select(fixture.SendAsync));
                    await fixture.Get<WebhookInbox>().RunAsync();
                }

                await fixture.FollowedAsync();
                Assert.Equal(before + 2 + renewals, (await fixture.LotsAsync()).Count);
                Assert.Single(await fixture.LotsAsync(), l => l.PlanOrderId == order.Id);
                var now = await fixture.ReadAsync(invoice);
                var received = (await fixture.PaymentsAsync(invoice)).Where(p => p.AmountMinorUnits > 0 && p.Reference == intent);
                Assert.Equal(1210, received.Sum(p => p.AmountMinorUnits));
                var checkout = await fixture.CheckoutAsync(session);
                await using var db = fixture.Open();
                var given = await db.PaymentReversals.Where(r => r.CheckoutId == checkout.Id && r.State != ReversalState.Undone).SumAsync(
                    r => r.AmountMinorUnits);
                Assert.Equal(back, given);
                Assert.True(given <= 1210);

                // Payments less refunds equal the paid amount plus the balance; a disputed amount is due again.
                Assert.Equal(1210 - back, now.PaidMinorUnits + await fixture.BalanceAsync(customer));
                Assert.InRange(now.Due.MinorUnits, 0, disputed);
                await fixture.AssertSoundAsync();
            },
            iter: stories,
            threads: 1);
    }
}
