using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Sending;
using ResellerPortal.Testing;
using ResellerPortal.Web.Tests.Documents;

namespace ResellerPortal.Web.Tests.Payments;

public class InvoicePaymentTests
{
    [Fact]
    public async Task An_invoice_is_paid_once_whatever_the_event_and_the_return_page_do_at_once()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);

        var checkout = await fixture.CheckoutAsync(session);
        var back = Enumerable.Range(0, 4).Select(
            _ => fixture.Get<PaymentEventDispatcher>().HandleReturnAsync(TestData.CreateAdmin(customer), checkout.Id));
        await Task.WhenAll([fixture.DeliverAllAsync(), .. back]);

        Assert.Equal(1210, (await fixture.PaymentsAsync(invoice)).Single().AmountMinorUnits);
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal(CheckoutState.Paid, (await fixture.CheckoutAsync(session)).State);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Pressed_often_at_once_and_with_answers_lost_it_is_one_page()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        fixture.Stripe.LosesAnswers = 1;

        var urls = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.CheckOutAsync(customer, invoice)));

        Assert.Single(urls.Distinct());
        Assert.Single(fixture.Stripe.All("checkout.session"));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task What_was_paid_by_transfer_while_the_page_was_open_leaves_the_rest_on_the_balance()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await TestData.Valued(fixture.Get<InvoicePaymentService>().RecordAsync(
            fixture.Owner, new ReceivedPayment(invoice.Id, 10m, new DateOnly(2026, 11, 1), "transfer", Guid.NewGuid())));

        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal(1000, await fixture.BalanceAsync(customer));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_page_that_asks_for_too_much_is_closed_for_one_that_asks_for_what_is_due()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var first = await fixture.CheckOutAsync(customer, invoice);
        await TestData.Valued(fixture.Get<InvoicePaymentService>().RecordAsync(
            fixture.Owner, new ReceivedPayment(invoice.Id, 10m, new DateOnly(2026, 11, 1), "transfer", Guid.NewGuid())));

        var second = await fixture.CheckOutAsync(customer, invoice);

        Assert.NotEqual(first, second);
        Assert.Equal("expired", (string?)fixture.Stripe.Object(first)["status"]);
        Assert.Equal(210, (await fixture.CheckoutAsync(second)).AmountMinorUnits);
        await fixture.Stripe.PayAsync(second);
        await fixture.DeliverAllAsync();
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal(
            "Nothing is due on this invoice.",
            (await fixture.Get<CheckoutService>().PayInvoiceAsync(
                TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task An_invoice_is_paid_in_parts()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var checkouts = fixture.Get<CheckoutService>();
        Assert.StartsWith(
            "Enter an amount in whole minor units",
            (await checkouts.PayInvoiceAsync(
                TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/", 12.11m)).Refusal?.Message);

        foreach (var part in (decimal[])[2.10m, 4m, 6m])
        {
            var start = await TestData.Valued(
                checkouts.PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/", part));
            await fixture.Stripe.PayAsync(start.SessionId!);
            await fixture.DeliverAllAsync();
        }

        Assert.Equal([210L, 400, 600], (await fixture.PaymentsAsync(invoice)).Select(p => p.AmountMinorUnits));
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Of_a_connected_account_the_operator_keeps_its_fee()
    {
        await using var fixture = await PaymentFixture.OpenAsync(("Stripe:ApplicationFeeBasisPoints", "250"));
        var accounts = fixture.Get<PaymentAccountService>();
        var link = await TestData.Valued(accounts.ConnectAsync(fixture.Owner, "https://portal.example/reseller/payments"));
        var account = (string)fixture.Stripe.All("account").Single()["id"]!;
        var (customer, invoice) = await fixture.InvoiceAsync();

        Assert.Contains(account, link);
        Assert.Contains("external account", (await TestData.Valued(accounts.RefreshAsync(fixture.Owner))).Missing);
        Assert.StartsWith(
            "This invoice cannot be paid online",
            (await fixture.Get<CheckoutService>().PayInvoiceAsync(
                TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        Assert.Equal(
            link[..link.IndexOf('?')],
            (await TestData.Valued(accounts.ConnectAsync(fixture.Owner, "https://portal.example/again")))[..link.IndexOf('?')]);

        fixture.Stripe.FinishOnboarding(account);
        await fixture.DeliverAllAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        Assert.Equal("30", (string?)fixture.Stripe.Object(session)["asked"]!["payment_intent_data[application_fee_amount]"]);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        Assert.Equal(Merchant.ForConnectedAccount(account), (await fixture.CheckoutAsync(session)).Merchant);
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Refunds_create_credit_notes_and_never_exceed_what_was_paid()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        var (refunds, checkout, key) = (fixture.Get<OnlineRefundService>(), await fixture.CheckoutAsync(session), Guid.NewGuid());

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => refunds.RefundAsync(fixture.Owner, checkout.Id, 2.10m, key)));
        Assert.Equal(210, (await fixture.NotesAsync(invoice)).Single().Total.MinorUnits);
        Assert.Equal(
            "Enter an amount in whole minor units, up to the refundable 10.00 EUR.",
            (await refunds.RefundAsync(fixture.Owner, checkout.Id, 10.01m, Guid.NewGuid())).Refusal?.Message);

        // The rest is refunded in the Stripe dashboard: the last note credits the remainder, and all notes add up to the invoice.
        fixture.Stripe.Refund(checkout.PaymentId!, 1000);
        await fixture.DeliverAllAsync();

        var (now, notes) = (await fixture.ReadAsync(invoice), await fixture.NotesAsync(invoice));
        Assert.Equal((0L, 0L, 1210L), (now.Due.MinorUnits, now.PaidMinorUnits, now.CreditedMinorUnits));
        Assert.Equal((invoice.NetMinorUnits, invoice.TaxMinorUnits), (notes.Sum(n => n.NetMinorUnits), notes.Sum(n => n.TaxMinorUnits)));
        Assert.Equal(0, await fixture.BalanceAsync(customer));
        foreach (var snapshot in notes.Select(n => InvoiceSnapshot.Parse(n.Snapshot)))
        {
            Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
            Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
            Assert.Contains("Refund re_", PdfText.Read(SampleDocuments.Pdf(snapshot)), StringComparison.Ordinal);
        }

        Assert.Contains(
            "Payment returned", PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(notes[0].Snapshot))), StringComparison.Ordinal);
        Assert.Contains(
            $"Previously credited with {notes[0].Number}",
            PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(notes[1].Snapshot))),
            StringComparison.Ordinal);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_refund_that_fails_is_the_customers_money_again()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        var refund = fixture.Stripe.Refund((await fixture.CheckoutAsync(session)).PaymentId!, 500);
        await fixture.DeliverAllAsync();
        fixture.Stripe.FailRefund(refund);
        await fixture.DeliverAllAsync();

        Assert.Equal(500, await fixture.BalanceAsync(customer));
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        await fixture.AssertSoundAsync();
    }

    [Theory]
    [InlineData(true, 0, 0, InvoiceState.Paid)]
    [InlineData(false, 1, 0, InvoiceState.Credited)]
    public async Task A_dispute_makes_the_invoice_due_until_it_is_decided(bool isWon, int notes, long due, InvoiceState state)
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        var dispute = fixture.Stripe.Dispute((await fixture.CheckoutAsync(session)).PaymentId!, 1210);
        await fixture.DeliverAllAsync();
        var open = await fixture.ReadAsync(invoice);
        Assert.Equal(1210, open.Due.MinorUnits);
        Assert.NotNull(open.RemindersHeldAtUtc);
        fixture.Stripe.CloseDispute(dispute, isWon);
        await fixture.DeliverAllAsync();

        var closed = await fixture.ReadAsync(invoice);
        Assert.Equal(
            (notes, due, state),
            ((await fixture.NotesAsync(invoice)).Count, closed.Due.MinorUnits, closed.GetState(new DateOnly(2026, 11, 2))));
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_bank_debit_is_on_its_way_for_days_and_may_fail()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        fixture.Stripe.HoldsBankDebits = true;
        var (customer, invoice) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();

        var checkout = await fixture.CheckoutAsync(session);
        Assert.Equal(CheckoutState.Processing, checkout.State);
        Assert.NotNull((await fixture.ReadAsync(invoice)).RemindersHeldAtUtc);
        Assert.StartsWith(
            "A payment is already in progress",
            (await fixture.Get<CheckoutService>().PayInvoiceAsync(
                TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        fixture.Stripe.Arrive(checkout.PaymentId!, isPaid: false);
        await fixture.DeliverAllAsync();
        Assert.Equal(
            (CheckoutState.Failed, "The bank refused the debit."),
            ((await fixture.CheckoutAsync(session)).State, (await fixture.CheckoutAsync(session)).Error));

        Assert.Null((await fixture.ReadAsync(invoice)).RemindersHeldAtUtc);
        var second = await fixture.CheckOutAsync(customer, invoice);
        await fixture.Stripe.PayAsync(second);
        fixture.Stripe.Arrive((string)fixture.Stripe.Object(second)["payment_intent"]!, isPaid: true);
        await fixture.DeliverAllAsync();
        Assert.Equal(0, (await fixture.ReadAsync(invoice)).Due.MinorUnits);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_customer_with_automatic_payment_is_charged_on_the_due_date_and_retried()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, first) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, first, savesMethod: true);
        await fixture.Stripe.PayAsync(session);
        await fixture.DeliverAllAsync();
        var (collection, me) = (fixture.Get<AutomaticCollectionWorker>(), TestData.CreateAdmin(customer));
        var service = fixture.Get<AutomaticCollectionService>();
        Assert.Equal("Visa ending in 4242", (await service.ReadAsync(me)).MethodName);

        // The next invoice, for November, is due on 15 December.
        await fixture.Server.Data.Recorder.RecordAsync(
            fixture.Owner.Scope,
            [TestData.Fact(await fixture.Server.Data.IssueAsync(fixture.Owner, customer), PaymentFixture.Start.AddDays(3), 100)]);
        fixture.MoveTo(new DateTimeOffset(2026, 12, 1, 9, 0, 0, TimeSpan.Zero));
        var draft = (await fixture.Server.Data.Drafter.DraftAsync(
            fixture.Owner, new Core.Time.BillingPeriod(2026, 11))).Value.Results.Single(r => r.CustomerId == customer.Id).InvoiceId!.Value;
        var invoice = await TestData.Valued(fixture.Server.Data.Invoices.FinaliseAsync(fixture.Owner, draft));
        Assert.Equal(0, await collection.RunAsync());

        fixture.MoveTo(new DateTimeOffset(2026, 12, 15, 9, 0, 0, TimeSpan.Zero));
        fixture.Stripe.DeclinesCharges = true;
        Assert.Equal(0, await collection.RunAsync());
        Assert.Equal(0, await collection.RunAsync());
        Assert.Single(fixture.Stripe.Asked, a => a == "POST /v1/payment_intents");
        fixture.MoveTo(new DateTimeOffset(2026, 12, 18, 9, 0, 0, TimeSpan.Zero));
        fixture.Stripe.DeclinesCharges = false;
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => collection.RunAsync()));

        Assert.InRange(runs.Sum(), 1, 3);
        Assert.Equal(1210, (await fixture.PaymentsAsync(invoice)).Single().AmountMinorUnits);
        Assert.Equal(
            "succeeded",
            (string?)fixture.Stripe.All("payment_intent").Single(i => (string?)i["payment_method"] is not null
                && (string?)i["setup_future_usage"] is null
                && (string?)i["status"] == "succeeded")["status"]);

        // Turning off automatic payment persists even if an event for the payment arrives again.
        await TestData.Valued(service.StopAsync(me));
        await fixture.DeliverAllAsync();
        await fixture.Get<PaymentEventDispatcher>().HandleReturnAsync(me, (await fixture.CheckoutAsync(session)).Id);
        Assert.Null((await service.ReadAsync(me)).MethodName);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task A_pay_link_opens_its_invoice_to_anybody_and_nothing_else()
    {
        await using var mailServer = StandInMailServer.Start();
        await using var fixture = await PaymentFixture.OpenAsync([.. mailServer.Settings, ("Portal:PublicUrl", "https://portal.example")]);
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var (_, other) = await fixture.InvoiceAsync();
        var (payLinks, checkouts) = (fixture.Get<PayLinkQueries>(), fixture.Get<CheckoutService>());
        var address = $"https://portal.example/pay/{invoice.PayKey:N}";

        Assert.Equal(
            (invoice.Number, 1210L, true),
            (await payLinks.FindAsync(invoice.PayKey!.Value)) is { } found
                ? (found.Number, found.Due.MinorUnits, found.IsPayable)
                : default);
        Assert.Null(await payLinks.FindAsync(invoice.Id));
        Assert.Null(await payLinks.FindAsync(Guid.Empty));
        Assert.Equal(address, InvoiceSnapshot.Parse(invoice.Snapshot!).PayLink);
        Assert.Contains(address, PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(invoice.Snapshot!))), StringComparison.Ordinal);
        Assert.Contains(
            address,
            (await TestData.Valued(
                fixture.Get<DeliveryService>().SendAsync(fixture.Owner, invoice.Id, invoice.Id, "billing@customer.example", 1))).Text,
            StringComparison.Ordinal);
        var start = await TestData.Valued(
            checkouts.PayByLinkAsync(invoice.PayKey.Value, "https://portal.example/pay/x?checkout={checkout}"));
        var checkout = await fixture.CheckoutAsync(start.SessionId!);
        Assert.Null(await fixture.Get<PaymentEventDispatcher>().HandleReturnByLinkAsync(other.Id, checkout.Id));
        await fixture.Stripe.PayAsync(start.SessionId!);
        var returned = await fixture.Get<PaymentEventDispatcher>().HandleReturnByLinkAsync(invoice.Id, checkout.Id);
        Assert.Equal(CheckoutState.Paid, returned?.State);
        Assert.Equal(customer.Id, checkout.CustomerId);
        await fixture.AssertSoundAsync();
    }

    [Fact]
    public async Task Payments_stay_within_their_tenant()
    {
        await using var fixture = await PaymentFixture.OpenAsync();
        await fixture.UseOwnKeysAsync();
        var (customer, invoice) = await fixture.InvoiceAsync();
        var (stranger, _) = await fixture.InvoiceAsync();
        var session = await fixture.CheckOutAsync(customer, invoice);
        var (_, rival) = await fixture.Server.Data.AddResellerAsync("rival");
        var (checkouts, dispatcher, id) = (
            fixture.Get<CheckoutService>(),
            fixture.Get<PaymentEventDispatcher>(),
            (await fixture.CheckoutAsync(session)).Id);

        Assert.StartsWith(
            "This invoice does not exist",
            (await checkouts.PayInvoiceAsync(
                TestData.CreateAdmin(stranger), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        Assert.Null(await dispatcher.HandleReturnAsync(TestData.CreateAdmin(stranger), id));
        Assert.Null(await dispatcher.HandleReturnAsync(rival, id));
        Assert.Empty(await fixture.Get<OnlineRefundService>().ListPaymentsAsync(rival, invoice.Id));
        Assert.StartsWith(
            "This payment does not exist",
            (await fixture.Get<OnlineRefundService>().RefundAsync(rival, id, 1, Guid.NewGuid())).Refusal?.Message);
        Assert.False((await fixture.Get<PaymentAccountService>().ReadAsync(rival)).HasKeys);
        await using (var db = fixture.Open())
        {
            var account = await db.PaymentAccounts.SingleAsync();
            Assert.DoesNotContain(PaymentFixture.OwnKey, account.ProtectedSecretKey, StringComparison.Ordinal);
            Assert.DoesNotContain(PaymentFixture.OwnSecret, account.ProtectedWebhookSecret, StringComparison.Ordinal);
        }

        Assert.False(
            (await fixture.Get<AutomaticCollectionService>().ReadAsync(
                TestData.CreateAdmin(await fixture.Server.Data.AddCustomerAsync(rival, "Theirs")))).IsOffered);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => checkouts.PayInvoiceAsync(
            rival.Scope.Reseller is { } r
                ? Actor.ForMember(
                    new Core.Tenancy.Member { UserId = Guid.NewGuid(), ResellerId = r, Role = Core.Tenancy.Role.ResellerViewer }, "viewer")
                : rival,
            invoice.Id,
            false,
            ""));
    }
}
