using System.Text;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Web.ResellerPages.Payments;
using ResellerPortal.Web.ResellerPages.Usage;

namespace ResellerPortal.Web.Tests.Components;

/// <summary>CSV bank statements with headers, dates, amounts and separators of several countries.</summary>
public sealed class BankColumnsTests
{
    private static readonly Currency Eur = Currency.FromCode("EUR");

    [Theory]
    [InlineData(
        "Buchungstag;Betrag;Währung;Auftraggeber;IBAN;Verwendungszweck\n20.11.2026;\"1.234,50\";EUR;\"Acme\n  GmbH\";DE89 3704 0044 0532 "
            + "0130 00;INV-2026-0001\u0007\n21.11.2026;-5,00;EUR;Bank;;Entgelt\n")]
    [InlineData(
        "Booking date,Amount,Currency,Payer,Payer IBAN,Reference\n2026-11-20,\"1,234.50\",EUR,Acme "
            + "GmbH,DE89370400440532013000,INV-2026-0001\n2026-11-21,-5.00,EUR,Bank,,Fee\n")]
    [InlineData(
        "Data\tSuma\tValiuta\tMokėtojas\tIBAN\tPaskirtis\n2026-11-20\t1 234,5\teur\tAcme "
            + "GmbH\tDE89370400440532013000\tINV-2026-0001\n2026-11-21\t-5\tEUR\tBank\t\tFee\n")]
    public void A_banks_file_is_read_by_the_words_in_its_header(string text)
    {
        var file = Read(text);
        var columns = BankColumns.Guess(file.Headers);

        var statement = columns.Read(file, Currency.FromCode("USD"));

        var line = Assert.Single(statement.Entries);
        Assert.Equal((new Money(1_234_50, Eur), new DateOnly(2026, 11, 20), "Acme GmbH"), (line.Amount, line.BookedOn, line.Counterparty));
        Assert.Equal(("DE89370400440532013000", "INV-2026-0001", 1), (line.CounterpartyIban, line.Reference, statement.LeftOut));
    }

    [Theory]
    [InlineData("1.234", "EUR", 123400)]
    [InlineData("1,234", "EUR", 123400)]
    [InlineData("1,234", "KWD", 1234)]
    [InlineData("1.234.567,89", "EUR", 123456789)]
    [InlineData("1'234.5", "CHF", 123450)]
    [InlineData("1,500", "JPY", 1500)]
    [InlineData("+12.50", "EUR", 1250)]
    public void An_amount_is_read_as_its_currency_has_it(string amount, string currency, long minorUnits)
    {
        var file = Read($"date;amount\n2026-11-20;{amount}\n");
        Assert.Equal(
            minorUnits, BankColumns.Guess(file.Headers).Read(file, Currency.FromCode(currency)).Entries.Single().Amount.MinorUnits);
    }

    [Theory]
    [InlineData("date;amount\n2026-11-20;ten\n", "Line 2: 'ten' is not a valid amount")]
    [InlineData("date;amount\n2026-11-20;1.005,001\n", "is not a valid amount")]
    [InlineData("date;amount\n2026-11-20;12.34.56\n", "is not a valid amount")]
    [InlineData("date;amount\n2026-11-20;1,2.345\n", "is not a valid amount")]
    [InlineData("date;amount\n2026-11-20;\n", "is not a valid amount")]
    [InlineData("date;amount\nyesterday;10\n", "does not use one consistent date format")]
    [InlineData("date;amount;currency\n2026-11-20;10;Gold\n", "'Gold' is not a supported currency")]
    public void A_line_that_cannot_be_read_is_named_and_nothing_is_taken(string text, string message)
    {
        var file = Read(text);
        Assert.Contains(
            message,
            Assert.Throws<InvalidDataException>(() => BankColumns.Guess(file.Headers).Read(file, Eur)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_very_many_columns_is_refused() => Assert.Contains(
        "more than 200 columns",
        Assert.Throws<InvalidDataException>(() => Read("a,b\n" + new string(',', 1_000_000))).Message,
        StringComparison.Ordinal);

    private static CsvFileReader Read(string text) =>
        CsvFileReader.Read("bank.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)), 100);
}
