using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Tests.Countries;

public sealed class CountryTests
{
    [Theory]
    [InlineData("DE", "DE")]
    [InlineData("de", "DE")]
    [InlineData(" Germany ", "DE")]
    [InlineData("deutschland", "DE")]
    [InlineData("Allemagne", "DE")]
    [InlineData("Vokietija", "DE")]
    [InlineData("UK", "GB")]
    [InlineData("United Kingdom", "GB")]
    [InlineData("EL", "GR")]
    [InlineData("Turkey", "TR")]
    [InlineData("Österreich", "AT")]
    [InlineData("Osterreich", "AT")]
    [InlineData("Cote d'Ivoire", "CI")]
    [InlineData("XX", null)]
    [InlineData("EU", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_country_is_found_as_people_write_it(string? typed, string? code) => Assert.Equal(code, Country.Find(typed)?.Code);

    [Fact]
    public void Every_country_is_found_by_each_of_its_names_and_no_two_share_one()
    {
        Assert.Equal(249, Country.All.Count);
        Assert.All(Country.All, country =>
        {
            Assert.Same(country, Country.Find(country.Code));
            Assert.True(Country.IsCode(country.Code));
            Assert.All(DocumentLanguage.All, language => Assert.Same(country, Country.Find(country.GetName(language))));
        });
    }

    [Theory]
    [InlineData("PL", "PLN")]
    [InlineData("BG", "EUR")]
    [InlineData("HR", "EUR")]
    [InlineData("DE", "EUR")]
    [InlineData("HU", "HUF")]
    [InlineData("GB", "GBP")]
    [InlineData("NO", "NOK")]
    [InlineData("CH", "CHF")]
    [InlineData("LI", "CHF")]
    [InlineData("IS", "ISK")]
    [InlineData("JP", "JPY")]
    [InlineData("US", "USD")]
    [InlineData("RS", "RSD")]
    [InlineData("VN", null)]
    [InlineData("AQ", null)]
    [InlineData("", null)]
    public void A_country_has_the_currency_that_it_issues(string country, string? currency) =>
        Assert.Equal(currency, Country.FindCurrency(country)?.Code);

    [Fact]
    public void Every_country_but_Antarctica_has_a_currency_and_every_currency_a_country()
    {
        Assert.Equal(["AQ"], Country.All.Where(c => c.CurrencyCode.Length != 3).Select(c => c.Code));

        // Bulgaria's old currency stays known for the documents that are in it.
        Assert.Equal(["BGN"], Currency.KnownCodes.Except(Country.All.Select(c => c.CurrencyCode)));
    }

    [Fact]
    public void Only_a_code_in_capital_letters_is_a_code()
    {
        Assert.False(Country.IsCode("de"));
        Assert.False(Country.IsCode("UK"));
        Assert.False(Country.IsCode("Germany"));
    }
}
