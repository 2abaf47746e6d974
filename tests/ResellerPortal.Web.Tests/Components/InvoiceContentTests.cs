using Bunit;
using MudBlazor.Services;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.Tests.Documents;

namespace ResellerPortal.Web.Tests.Components;

public sealed class InvoiceContentTests : BunitContext, IAsyncLifetime
{
    public InvoiceContentTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void An_invoice_is_shown_as_its_document_states_it()
    {
        var snapshot = SampleDocuments.Standard();

        var page = Show(snapshot, snapshot.TotalMinorUnits);

        Assert.All(
            new[] { snapshot.Number, snapshot.Seller.Name, snapshot.Buyer.Name, snapshot.Seller.Email }.Concat(
                snapshot.Lines.Select(line => line.Description)),
            text => Assert.Contains(text, page.Markup, StringComparison.Ordinal));
        var totals = page.FindAll(".rp-invoice-totals dd").Select(dd => dd.TextContent.Trim()).ToList();
        Assert.Equal(
            [Text(snapshot.NetMinorUnits), Text(snapshot.TaxMinorUnits), Text(snapshot.TotalMinorUnits), Text(snapshot.TotalMinorUnits)],
            totals);

        string Text(long minorUnits) => new Money(minorUnits, snapshot.Currency).ToString();
    }

    [Fact]
    public void The_account_that_the_document_names_can_be_copied_with_its_reference()
    {
        var snapshot = SampleDocuments.Standard() with { Account = new BankAccount("Northwind", "DE89370400440532013000", "") };

        var buttons = Show(snapshot, 1).FindAll("button").Select(b => b.GetAttribute("aria-label"));

        Assert.Equal(["Copy IBAN", $"Copy reference {snapshot.Number}"], buttons);
    }

    [Fact]
    public void Without_an_account_or_instructions_it_says_whom_to_ask()
    {
        var snapshot = SampleDocuments.Standard() with { Account = null, PaymentInstructions = "" };

        Assert.Equal($"mailto:{snapshot.Seller.Email}", Show(snapshot, 1).Find("a[href^=mailto]").GetAttribute("href"));
    }

    [Fact]
    public void A_paid_invoice_does_not_say_how_to_pay()
    {
        var page = Show(SampleDocuments.Standard(), 0);

        Assert.Empty(page.FindAll("[aria-label='How to pay']"));
        Assert.NotEmpty(Show(SampleDocuments.Standard(), 1).FindAll("[aria-label='How to pay']"));
    }

    [Theory]
    [InlineData(0, 100, "0", "rp-meter")]
    [InlineData(899, 1000, "89", "rp-meter")]
    [InlineData(90, 100, "90", "rp-meter near")]
    [InlineData(120, 100, "100", "rp-meter full")]
    [InlineData(5, 0, "100", "rp-meter full")]
    public void A_meter_says_how_much_is_used_in_numbers_and_colour(int used, int limit, string percent, string classes)
    {
        var meter = Render<UsageMeter>(p => p
            .Add(m => m.Label, "Limit")
            .Add(m => m.Text, "some")
            .Add(m => m.Used, used)
            .Add(m => m.Limit, limit)).Find("[role=meter]");

        Assert.Equal((percent, classes), (meter.GetAttribute("aria-valuenow"), meter.ClassName!.Trim()));
    }

    private IRenderedComponent<InvoiceContent> Show(InvoiceSnapshot snapshot, long due)
    {
        var row = new InvoiceRow(
            Guid.NewGuid(),
            CustomerId.New(),
            snapshot.Buyer.Name,
            BillingPeriod.Containing(snapshot.PeriodFrom),
            snapshot.Number,
            snapshot.DueOn,
            snapshot.Total,
            Money.Zero(snapshot.Currency),
            new Money(due, snapshot.Currency),
            InvoiceState.Open,
            []);
        var view = new InvoiceView(
            row, "", [], snapshot.Total, snapshot.Total, snapshot.Currency, ExchangeRate.Same(snapshot.Currency), 1, 0, false)
        {
            WrittenOff = Money.Zero(snapshot.Currency),
        };
        return Render<InvoiceContent>(p => p.Add(c => c.Detail, new InvoiceDetail(view, snapshot, [])).Add(c => c.Area, "/my"));
    }
}
