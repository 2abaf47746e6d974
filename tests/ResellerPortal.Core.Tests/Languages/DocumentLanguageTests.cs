using System.Reflection;
using System.Text.RegularExpressions;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Tests.Languages;

public sealed class DocumentLanguageTests
{
    private static readonly DateOnly Day = new(2026, 3, 9);

    public static TheoryData<string> Codes => [.. DocumentLanguage.All.Select(l => l.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_language_has_every_text_with_the_same_placeholders(string code)
    {
        foreach (var property in typeof(DocumentWords).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(
            p => p.PropertyType == typeof(string)))
        {
            var (words, english) = (
                (string)property.GetValue(DocumentLanguage.Get(code).Words)!,
                (string)property.GetValue(DocumentLanguage.English.Words)!);
            Assert.False(string.IsNullOrWhiteSpace(words), property.Name);
            Assert.Equal(PlacesIn(english), PlacesIn(words));
            if (code != "en" && english.Length > 20)
            {
                Assert.NotEqual(english, words);
            }
        }

        static IEnumerable<string> PlacesIn(string words) => Regex.Matches(words, @"\{\w+\}").Select(m => m.Value).Distinct().Order();
    }

    // Unicode CLDR 46, date and number forms of each locale (French with a no-break space instead of the narrow one).
    [Theory]
    [InlineData("en", "9 Mar 2026", "March 2026", "1,234,567.50 EUR", "0.0125", "1,234.5678", "21%", "2.5%")]
    [InlineData("de", "09.03.2026", "März 2026", "1.234.567,50 EUR", "0,0125", "1.234,5678", "21 %", "2,5 %")]
    [InlineData("fr", "09/03/2026", "mars 2026", "1 234 567,50 EUR", "0,0125", "1 234,5678", "21 %", "2,5 %")]
    [InlineData("es", "09/03/2026", "marzo de 2026", "1.234.567,50 EUR", "0,0125", "1.234,5678", "21 %", "2,5 %")]
    [InlineData("lt", "2026-03-09", "2026 m. kovo mėn.", "1 234 567,50 EUR", "0,0125", "1 234,5678", "21 %", "2,5 %")]
    public void Numbers_and_days_are_written_as_its_readers_write_them(
        string code,
        string day,
        string month,
        string amount,
        string price,
        string largePrice,
        string rate,
        string halfRate)
    {
        var (language, eur) = (DocumentLanguage.Get(code), Currency.FromCode("EUR"));
        string[] written =
        [
            language.Day(Day), language.Month(Day), language.AmountWithCurrency(new Money(123_456_750, eur)),
            language.Price(
                new UnitPrice(
                    12_500, eur)), language.Price(new UnitPrice(1_234_567_800, eur)), language.Percent(2100), language.Percent(250),
        ];
        Assert.Equal([day, month, amount, price, largePrice, rate, halfRate], written.Select(w => w.Replace('\u00a0', ' ')));
    }

    [Theory]
    [InlineData("en", "5 to 20 November")]
    [InlineData("de", "5. bis 20. November")]
    [InlineData("fr", "5 au 20 novembre")]
    [InlineData("es", "5 a 20 de noviembre")]
    [InlineData("lt", "lapkričio 5–20 d.")]
    public void Part_of_a_month_is_named(string code, string expected) =>
        Assert.Equal(expected, DocumentLanguage.Get(code).PartOfMonth(new DateOnly(2026, 11, 5), new DateOnly(2026, 11, 20)));

    [Fact]
    public void Amounts_keep_the_digits_of_their_currency_in_every_language()
    {
        Assert.Equal("1.235", DocumentLanguage.German.Amount(new Money(1235, Currency.FromCode("JPY"))));
        Assert.Equal("1,235", DocumentLanguage.German.Amount(new Money(1235, Currency.FromCode("KWD"))));
        Assert.Equal("−1,50", DocumentLanguage.German.Amount(new Money(-150, Currency.FromCode("EUR"))));
        Assert.Throws<KeyNotFoundException>(() => DocumentLanguage.Get("xx"));
    }
}
