using ResellerPortal.Core.Taxes;

namespace ResellerPortal.Core.Tests.Taxes;

/// <summary>Numbers that other implementations of the published algorithms accept as well.</summary>
public sealed class VatIdTests
{
    [Theory]
    [InlineData("AT", "ATU13585627")]
    [InlineData("BE", "BE0428759497")]
    [InlineData("BG", "BG175074752")]
    [InlineData("CH", "CHE107787577MWST")]
    [InlineData("CY", "CY10259033P")]
    [InlineData("CZ", "CZ25123891")]
    [InlineData("DE", "DE136695976")]
    [InlineData("DK", "DK13585628")]
    [InlineData("EE", "EE100931558")]
    [InlineData("ES", "ESB58378431")]
    [InlineData("FI", "FI20774740")]
    [InlineData("FR", "FR40303265045")]
    [InlineData("GB", "GB980780684")]
    [InlineData("GR", "EL094259216")]
    [InlineData("HR", "HR33392005961")]
    [InlineData("HU", "HU12892312")]
    [InlineData("IE", "IE6433435F")]
    [InlineData("IT", "IT00743110157")]
    [InlineData("LT", "LT119511515")]
    [InlineData("LT", "LT100001919017")]
    [InlineData("LU", "LU15027442")]
    [InlineData("LV", "LV40003521600")]
    [InlineData("MT", "MT11679112")]
    [InlineData("NL", "NL004495445B01")]
    [InlineData("NL", "NL123456789B13")]
    [InlineData("NO", "NO995525828MVA")]
    [InlineData("PL", "PL8567346215")]
    [InlineData("PT", "PT501964843")]
    [InlineData("RO", "RO18547290")]
    [InlineData("SE", "SE556188840401")]
    [InlineData("SI", "SI50223054")]
    [InlineData("SK", "SK2022749619")]
    public void An_ID_of_each_country_is_taken_and_one_with_two_digits_exchanged_is_not(string country, string id)
    {
        Assert.True(VatId.IsWellFormed(id, country));

        // Digits beside each other that differ, which people exchange.
        var at = Enumerable.Range(0, 9)
            .Last(i => char.IsAsciiDigit(id[i]) && char.IsAsciiDigit(id[i + 1]) && Math.Abs(id[i] - id[i + 1]) is > 0 and not 9);
        Assert.False(VatId.IsWellFormed($"{id[..at]}{id[at + 1]}{id[at]}{id[(at + 2)..]}", country));
    }

    [Theory]
    [InlineData("DE13669597", "DE")]
    [InlineData("136695976", "DE")]
    [InlineData("GR094259216", "GR")]
    [InlineData("LV40003521600", "LT")]
    [InlineData("SE556188840402", "SE")]
    [InlineData("NO995525828", "NO")]
    [InlineData("12-3456789", "US")]
    [InlineData("US123456789", "US")]
    [InlineData("51824753556", "AU")]
    [InlineData("AU518247535565182475355", "AU")]
    public void An_ID_without_its_countrys_form_or_of_a_country_without_any_is_refused(string id, string country) =>
        Assert.False(VatId.IsWellFormed(id, country));

    [Theory]
    [InlineData("FRXX303265045", "FR")]
    [InlineData("GBGD123", "GB")]
    [InlineData("XI980780684", "GB")]
    [InlineData("CZ7103192745", "CZ")]
    [InlineData("AU51824753556", "AU")]
    [InlineData("IN27AAPFU0939F1ZV", "IN")]
    public void An_ID_that_nothing_more_is_known_of_is_taken_as_it_is(string id, string country) =>
        Assert.True(VatId.IsWellFormed(id, country));

    [Theory]
    [InlineData(" lt 100 001.919-017 ", "LT", "LT100001919017")]
    [InlineData("CHE-107.787.577 MWST", "CH", "CHE107787577MWST")]
    [InlineData("995 525 828", "NO", "NO995525828MVA")]
    [InlineData("995525828MVA", "NO", "NO995525828MVA")]
    [InlineData("no 995 525 828 mva", "NO", "NO995525828MVA")]
    [InlineData("  ", "DE", null)]
    [InlineData(null, "DE", null)]
    public void Separators_are_ignored_and_a_Norwegian_number_is_completed(string? typed, string country, string? normalized) =>
        Assert.Equal(normalized, VatId.Normalize(typed, country));
}
