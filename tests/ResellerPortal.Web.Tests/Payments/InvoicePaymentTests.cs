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

public sealed class InvoicePaymentTests
{
    [Fact]
    public async Task An_invoice_is_paid_once_whatever_the_event_and_the_return_page_do_at_once()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);

        var checkout = await till.CheckoutAsync(session);
        var back = Enumerable.Range(0, 4).Select(_ => till.Get<PaymentEventDispatcher>().ReturnAsync(TestData.CreateAdmin(customer), checkout.Id));
        await Task.WhenAll([till.DeliverAllAsync(), .. back]);

        Assert.Equal(1210, (await till.PaymentsAsync(invoice)).Single().AmountMinorUnits);
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal(CheckoutState.Paid, (await till.CheckoutAsync(session)).State);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Pressed_often_at_once_and_with_answers_lost_it_is_one_page()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        till.Stripe.LosesAnswers = 1;

        var urls = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => till.CheckOutAsync(customer, invoice)));

        Assert.Single(urls.Distinct());
        Assert.Single(till.Stripe.All("checkout.session"));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task What_was_paid_by_transfer_while_the_page_was_open_leaves_the_rest_on_the_balance()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await TestData.Valued(till.Get<InvoicePaymentService>().RecordAsync(till.Owner, new ReceivedPayment(invoice.Id, 10m, new DateOnly(2026, 11, 1), "transfer", Guid.NewGuid())));

        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal(1000, await till.BalanceAsync(customer));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_page_that_asks_for_too_much_is_closed_for_one_that_asks_for_what_is_due()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var first = await till.CheckOutAsync(customer, invoice);
        await TestData.Valued(till.Get<InvoicePaymentService>().RecordAsync(till.Owner, new ReceivedPayment(invoice.Id, 10m, new DateOnly(2026, 11, 1), "transfer", Guid.NewGuid())));

        var second = await till.CheckOutAsync(customer, invoice);

        Assert.NotEqual(first, second);
        Assert.Equal("expired", (string?)till.Stripe.Object(first)["status"]);
        Assert.Equal(210, (await till.CheckoutAsync(second)).AmountMinorUnits);
        await till.Stripe.PayAsync(second);
        await till.DeliverAllAsync();
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        Assert.Equal("Nothing is due on this invoice.", (await till.Get<CheckoutService>().PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task An_invoice_is_paid_in_parts()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var desk = till.Get<CheckoutService>();
        Assert.StartsWith("Enter what you want to pay", (await desk.PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/", 12.11m)).Refusal?.Message);

        foreach (var part in (decimal[])[2.10m, 4m, 6m])
        {
            var start = await TestData.Valued(desk.PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/", part));
            await till.Stripe.PayAsync(start.SessionId!);
            await till.DeliverAllAsync();
        }

        Assert.Equal([210L, 400, 600], (await till.PaymentsAsync(invoice)).Select(p => p.AmountMinorUnits));
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Of_a_connected_account_the_operator_keeps_its_fee()
    {
        await using var till = await PaymentFixture.OpenAsync(("Stripe:ApplicationFeeBasisPoints", "250"));
        var accounts = till.Get<PaymentAccountService>();
        var link = await TestData.Valued(accounts.ConnectAsync(till.Owner, "https://portal.example/reseller/payments"));
        var account = (string)till.Stripe.All("account").Single()["id"]!;
        var (customer, invoice) = await till.InvoiceAsync();

        Assert.Contains(account, link);
        Assert.Contains("external account", (await TestData.Valued(accounts.RefreshAsync(till.Owner))).Missing);
        Assert.StartsWith("This invoice cannot be paid online", (await till.Get<CheckoutService>().PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        Assert.Equal(link[..link.IndexOf('?')], (await TestData.Valued(accounts.ConnectAsync(till.Owner, "https://portal.example/again")))[..link.IndexOf('?')]);

        till.Stripe.FinishOnboarding(account);
        await till.DeliverAllAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        Assert.Equal("30", (string?)till.Stripe.Object(session)["asked"]!["payment_intent_data[application_fee_amount]"]);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        Assert.Equal(Merchant.ForConnectedAccount(account), (await till.CheckoutAsync(session)).Merchant);
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Refunds_are_mirrored_with_credit_notes_and_never_more_than_was_paid()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        var (refunds, checkout, key) = (till.Get<OnlineRefundService>(), await till.CheckoutAsync(session), Guid.NewGuid());

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => refunds.RefundAsync(till.Owner, checkout.Id, 2.10m, key)));
        Assert.Equal(210, (await till.NotesAsync(invoice)).Single().Total.MinorUnits);
        Assert.Equal("Enter an amount in whole minor units, up to the 10.00 EUR that can be given back.", (await refunds.RefundAsync(till.Owner, checkout.Id, 10.01m, Guid.NewGuid())).Refusal?.Message);

        // The rest, in Stripe's own dashboard: the last note takes back what is left, and all notes are the invoice.
        till.Stripe.Refund(checkout.PaymentId!, 1000);
        await till.DeliverAllAsync();

        var (now, notes) = (await till.ReadAsync(invoice), await till.NotesAsync(invoice));
        Assert.Equal((0L, 0L, 1210L), (now.Due.MinorUnits, now.PaidMinorUnits, now.CreditedMinorUnits));
        Assert.Equal((invoice.NetMinorUnits, invoice.TaxMinorUnits), (notes.Sum(n => n.NetMinorUnits), notes.Sum(n => n.TaxMinorUnits)));
        Assert.Equal(0, await till.BalanceAsync(customer));
        foreach (var snapshot in notes.Select(n => InvoiceSnapshot.Parse(n.Snapshot)))
        {
            Assert.Empty(En16931Rules.BrokenBy(SampleDocuments.Ubl(snapshot)));
            Assert.Empty(CiiSchema.FindFaults(SampleDocuments.Cii(snapshot)));
            Assert.Contains("Refund re_", PdfText.Read(SampleDocuments.Pdf(snapshot)), StringComparison.Ordinal);
        }

        Assert.Contains("Payment returned", PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(notes[0].Snapshot))), StringComparison.Ordinal);
        Assert.Contains($"Credited before with {notes[0].Number}", PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(notes[1].Snapshot))), StringComparison.Ordinal);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_refund_that_fails_is_the_customers_money_again()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        var refund = till.Stripe.Refund((await till.CheckoutAsync(session)).PaymentId!, 500);
        await till.DeliverAllAsync();
        till.Stripe.FailRefund(refund);
        await till.DeliverAllAsync();

        Assert.Equal(500, await till.BalanceAsync(customer));
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        await till.AssertSoundAsync();
    }

    [Theory]
    [InlineData(true, 0, 0, InvoiceState.Paid)]
    [InlineData(false, 1, 0, InvoiceState.Credited)]
    public async Task A_dispute_makes_the_invoice_due_until_it_is_decided(bool isWon, int notes, long due, InvoiceState state)
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        var dispute = till.Stripe.Dispute((await till.CheckoutAsync(session)).PaymentId!, 1210);
        await till.DeliverAllAsync();
        var open = await till.ReadAsync(invoice);
        Assert.Equal(1210, open.Due.MinorUnits);
        Assert.NotNull(open.RemindersHeldAtUtc);
        till.Stripe.CloseDispute(dispute, isWon);
        await till.DeliverAllAsync();

        var closed = await till.ReadAsync(invoice);
        Assert.Equal((notes, due, state), ((await till.NotesAsync(invoice)).Count, closed.Due.MinorUnits, closed.GetState(new DateOnly(2026, 11, 2))));
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_bank_debit_is_on_its_way_for_days_and_may_fail()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        till.Stripe.HoldsBankDebits = true;
        var (customer, invoice) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();

        var checkout = await till.CheckoutAsync(session);
        Assert.Equal(CheckoutState.Processing, checkout.State);
        Assert.NotNull((await till.ReadAsync(invoice)).RemindersHeldAtUtc);
        Assert.StartsWith("It is being paid already", (await till.Get<CheckoutService>().PayInvoiceAsync(TestData.CreateAdmin(customer), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        till.Stripe.Arrive(checkout.PaymentId!, isPaid: false);
        await till.DeliverAllAsync();
        Assert.Equal((CheckoutState.Failed, "The bank refused the debit."), ((await till.CheckoutAsync(session)).State, (await till.CheckoutAsync(session)).Fault));

        Assert.Null((await till.ReadAsync(invoice)).RemindersHeldAtUtc);
        var second = await till.CheckOutAsync(customer, invoice);
        await till.Stripe.PayAsync(second);
        till.Stripe.Arrive((string)till.Stripe.Object(second)["payment_intent"]!, isPaid: true);
        await till.DeliverAllAsync();
        Assert.Equal(0, (await till.ReadAsync(invoice)).Due.MinorUnits);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Whoever_agreed_is_charged_on_the_due_date_and_again_after_a_refusal()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, first) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, first, savesMethod: true);
        await till.Stripe.PayAsync(session);
        await till.DeliverAllAsync();
        var (collection, me) = (till.Get<AutomaticCollection>(), TestData.CreateAdmin(customer));
        Assert.Equal("Visa ending in 4242", (await collection.ReadAsync(me)).MethodName);

        // The next invoice, of November, is due on 15 December.
        await till.Server.Books.Recorder.RecordAsync(till.Owner.Scope, [TestData.Fact(await till.Server.Books.IssueAsync(till.Owner, customer), PaymentFixture.Start.AddDays(3), 100)]);
        till.MoveTo(new DateTimeOffset(2026, 12, 1, 9, 0, 0, TimeSpan.Zero));
        var draft = (await till.Server.Books.InvoiceRun.DraftAsync(till.Owner, new Core.Time.BillingPeriod(2026, 11))).Value.Results.Single(r => r.CustomerId == customer.Id).InvoiceId!.Value;
        var invoice = await TestData.Valued(till.Server.Books.Invoices.FinaliseAsync(till.Owner, draft));
        Assert.Equal(0, await collection.RunAsync());

        till.MoveTo(new DateTimeOffset(2026, 12, 15, 9, 0, 0, TimeSpan.Zero));
        till.Stripe.DeclinesCharges = true;
        Assert.Equal(0, await collection.RunAsync());
        Assert.Equal(0, await collection.RunAsync());
        Assert.Single(till.Stripe.Asked, a => a == "POST /v1/payment_intents");
        till.MoveTo(new DateTimeOffset(2026, 12, 18, 9, 0, 0, TimeSpan.Zero));
        till.Stripe.DeclinesCharges = false;
        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => collection.RunAsync()));

        Assert.InRange(runs.Sum(), 1, 3);
        Assert.Equal(1210, (await till.PaymentsAsync(invoice)).Single().AmountMinorUnits);
        Assert.Equal("succeeded", (string?)till.Stripe.All("payment_intent").Single(i => (string?)i["payment_method"] is not null && (string?)i["setup_future_usage"] is null && (string?)i["status"] == "succeeded")["status"]);

        // What the customer takes back stays so, though the payment is heard of again.
        await TestData.Valued(collection.StopAsync(me));
        await till.DeliverAllAsync();
        await till.Get<PaymentEventDispatcher>().ReturnAsync(me, (await till.CheckoutAsync(session)).Id);
        Assert.Null((await collection.ReadAsync(me)).MethodName);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task A_pay_link_opens_its_invoice_to_anybody_and_nothing_else()
    {
        await using var mailServer = StandInMailServer.Start();
        await using var till = await PaymentFixture.OpenAsync([.. mailServer.Settings, ("Portal:PublicUrl", "https://portal.example")]);
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var (_, other) = await till.InvoiceAsync();
        var desk = till.Get<CheckoutService>();
        var address = $"https://portal.example/pay/{invoice.PayKey:N}";

        Assert.Equal((invoice.Number, 1210L, true), (await desk.FindByLinkAsync(invoice.PayKey!.Value)) is { } found ? (found.Number, found.Due.MinorUnits, found.IsPayable) : default);
        Assert.Null(await desk.FindByLinkAsync(invoice.Id));
        Assert.Null(await desk.FindByLinkAsync(Guid.Empty));
        Assert.Equal(address, InvoiceSnapshot.Parse(invoice.Snapshot!).PayLink);
        Assert.Contains(address, PdfText.Read(SampleDocuments.Pdf(InvoiceSnapshot.Parse(invoice.Snapshot!))), StringComparison.Ordinal);
        Assert.Contains(address, (await TestData.Valued(till.Get<DeliveryService>().SendAsync(till.Owner, invoice.Id, invoice.Id, "billing@customer.example", 1))).Text, StringComparison.Ordinal);
        var start = await TestData.Valued(desk.PayByLinkAsync(invoice.PayKey.Value, "https://portal.example/pay/x?checkout={checkout}"));
        var checkout = await till.CheckoutAsync(start.SessionId!);
        Assert.Null(await till.Get<PaymentEventDispatcher>().ReturnByLinkAsync(other.Id, checkout.Id));
        await till.Stripe.PayAsync(start.SessionId!);
        Assert.Equal(CheckoutState.Paid, (await till.Get<PaymentEventDispatcher>().ReturnByLinkAsync(invoice.Id, checkout.Id))?.State);
        Assert.Equal(customer.Id, checkout.CustomerId);
        await till.AssertSoundAsync();
    }

    [Fact]
    public async Task Nobody_pays_or_sees_what_is_anothers()
    {
        await using var till = await PaymentFixture.OpenAsync();
        await till.UseOwnKeysAsync();
        var (customer, invoice) = await till.InvoiceAsync();
        var (stranger, _) = await till.InvoiceAsync();
        var session = await till.CheckOutAsync(customer, invoice);
        var (_, rival) = await till.Server.Books.AddResellerAsync("rival");
        var (desk, sync, id) = (till.Get<CheckoutService>(), till.Get<PaymentEventDispatcher>(), (await till.CheckoutAsync(session)).Id);

        Assert.StartsWith("This invoice does not exist", (await desk.PayInvoiceAsync(TestData.CreateAdmin(stranger), invoice.Id, false, "https://portal.example/")).Refusal?.Message);
        Assert.Null(await sync.ReturnAsync(TestData.CreateAdmin(stranger), id));
        Assert.Null(await sync.ReturnAsync(rival, id));
        Assert.Empty(await till.Get<OnlineRefundService>().ListPaymentsAsync(rival, invoice.Id));
        Assert.StartsWith("This payment does not exist", (await till.Get<OnlineRefundService>().RefundAsync(rival, id, 1, Guid.NewGuid())).Refusal?.Message);
        Assert.False((await till.Get<PaymentAccountService>().ReadAsync(rival)).HasKeys);
        await using (var db = till.Open())
        {
            var account = await db.PaymentAccounts.SingleAsync();
            Assert.DoesNotContain(PaymentFixture.OwnKey, account.ProtectedSecretKey, StringComparison.Ordinal);
            Assert.DoesNotContain(PaymentFixture.OwnSecret, account.ProtectedWebhookSecret, StringComparison.Ordinal);
        }

        Assert.False((await till.Get<AutomaticCollection>().ReadAsync(TestData.CreateAdmin(await till.Server.Books.AddCustomerAsync(rival, "Theirs")))).IsOffered);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => desk.PayInvoiceAsync(rival.Scope.Reseller is { } r ? Actor.ForMember(new Core.Tenancy.Member { UserId = Guid.NewGuid(), ResellerId = r, Role = Core.Tenancy.Role.ResellerViewer }, "viewer") : rival, invoice.Id, false, ""));
    }
}
