using ResellerPortal.Core.Countries;
using ResellerPortal.Core.Languages;

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

    [Fact]
    public void Only_a_code_in_capital_letters_is_a_code()
    {
        Assert.False(Country.IsCode("de"));
        Assert.False(Country.IsCode("UK"));
        Assert.False(Country.IsCode("Germany"));
    }
}
