using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.BankStatements;

public sealed class BankMatchingTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly CustomerId Acme = CustomerId.New();
    private static readonly CustomerId Birch = CustomerId.New();

    private static readonly OpenInvoice[] Open =
    [
        new(Guid.NewGuid(), "INV-2026-0001", Acme, "Acme Publishing", new DateOnly(2026, 11, 15), new Money(100_00, Eur)),
        new(Guid.NewGuid(), "INV-2026-0011", Acme, "Acme Publishing", new DateOnly(2026, 12, 15), new Money(50_00, Eur)),
        new(Guid.NewGuid(), "INV-2026-0002", Birch, "Ąžuolas OÜ", new DateOnly(2026, 11, 15), new Money(70_00, Eur)),
        new(Guid.NewGuid(), "INV-2026-0003", Birch, "Ąžuolas OÜ", new DateOnly(2026, 11, 16), new Money(30_00, Eur)),
        new(Guid.NewGuid(), "2026/7", CustomerId.New(), "Cedar", new DateOnly(2026, 11, 16), new Money(44_00, Currency.FromCode("USD"))),
    ];

    [Theory]
    [InlineData("Payment INV-2026-0001", 100_00, "INV-2026-0001", true)]
    [InlineData("inv 2026 0001 thank you", 100_00, "INV-2026-0001", true)]
    [InlineData("RECHNUNGINV20260001", 100_00, "INV-2026-0001", true)]
    [InlineData("INV-2026-0001/INV-2026-0011", 150_00, "INV-2026-0001 INV-2026-0011", true)]
    [InlineData("INV-2026-0001", 40_00, "INV-2026-0001", false)]
    [InlineData("INV-2026-0001", 140_00, "INV-2026-0001", false)]
    [InlineData("INV-2026-00011", 77_00, "", false)]
    [InlineData("INV-2026-0001 and INV-2026-0002", 170_00, "", false)]
    [InlineData("", 30_00, "INV-2026-0003", false)]
    [InlineData("", 44_00, "", false)]
    [InlineData("", 99_99, "", false)]
    public void An_invoice_number_in_the_reference_outranks_an_amount(string reference, long cents, string invoices, bool isCertain)
    {
        var proposal = BankTransactionMatcher.FindProposal(Received(cents, reference), Open, null);
        Assert.Equal(
            (invoices, isCertain), (string.Join(' ', proposal?.Invoices.Select(i => i.Number) ?? []), proposal?.IsCertain ?? false));
    }

    [Theory]
    [InlineData("AZUOLAS OU", 70_00, "INV-2026-0002")]
    [InlineData("Azuolas", 55_00, "INV-2026-0002 INV-2026-0003")]
    [InlineData("OU", 55_00, "")]
    [InlineData("Somebody Else", 55_00, "")]
    public void A_payers_name_leads_to_its_open_invoices(string name, long cents, string invoices)
    {
        var proposal = BankTransactionMatcher.FindProposal(Received(cents, "thanks", name), Open, null);
        Assert.Equal(invoices, string.Join(' ', proposal?.Invoices.Select(i => i.Number) ?? []));
        Assert.NotEqual(true, proposal?.IsCertain);
    }

    [Fact]
    public void A_known_payer_account_outranks_the_name_and_an_invoice_number_both()
    {
        Assert.Equal((Acme, "INV-2026-0011"), Summarize(BankTransactionMatcher.FindProposal(Received(50_00, "", "Azuolas"), Open, Acme)));
        Assert.Equal(
            (Birch, "INV-2026-0003"),
            Summarize(BankTransactionMatcher.FindProposal(Received(30_00, "INV-2026-0003", "Acme Publishing"), Open, Acme)));
        Assert.Equal(
            (Birch, "INV-2026-0003"), Summarize(BankTransactionMatcher.FindProposal(Received(30_00, "", ""), Open, CustomerId.New())));

        static (CustomerId, string) Summarize(BankMatchProposal? proposal) =>
            (proposal!.CustomerId, string.Join(' ', proposal.Invoices.Select(i => i.Number)));
    }

    [Theory]
    [InlineData("2026/7", true)]
    [InlineData("12026/7", false)]
    [InlineData("2026/71", false)]
    [InlineData("no. 2026 / 7.", true)]
    public void A_number_of_digits_alone_is_not_found_in_a_longer_one(string reference, bool isFound) =>
        Assert.Equal(
            isFound, BankTransactionMatcher.FindProposal(Received(44_00, reference, currency: "USD"), Open, null)?.IsCertain == true);

    private static BankTransaction Received(long cents, string reference, string name = "", string currency = "EUR") => new()
    {
        ResellerId = ResellerId.New(),
        Account = "",
        BookedOn = new DateOnly(2026, 11, 20),
        AmountMinorUnits = cents,
        Currency = Currency.FromCode(currency),
        Counterparty = name,
        CounterpartyIban = "",
        Reference = reference,
        ImportedAtUtc = DateTimeOffset.UnixEpoch,
        ImportKey = [],
    };
}
