using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.ElectronicInvoices;

public sealed class CompanyRegistrationTests
{
    [Theory]
    [InlineData("SE", "556703-7485", "5567037485", "0007")]
    [InlineData("DK", "13 58 56 28", "13585628", "0184")]
    [InlineData("NL", "33031431", "33031431", "0106")]
    [InlineData("NL", "00000001820029336000", "00000001820029336000", "0190")]
    [InlineData("IS", "540269-6459", "5402696459", "0196")]
    [InlineData("NO", "995 525 828", "995525828", "0192")]
    [InlineData("AU", "51 824 753 556", "51824753556", "0151")]
    [InlineData("AU", "12345678901", "12345678901", null)]
    [InlineData("AU", "ACN 1234567", "ACN1234567", null)]
    [InlineData("FR", "RCS PARIS", "RCSPARIS", null)]
    [InlineData("EE", "abcdefgh", "abcdefgh", null)]
    [InlineData("DE", " HRB 12345 ", "HRB 12345", null)]
    [InlineData("GB", "03977902", "03977902", null)]
    public void A_number_is_taken_as_it_is_written_and_named_by_its_register(string country, string typed, string number, string? scheme)
    {
        var registration = CompanyRegistrationRules.Normalize(CompanyRegistration.None with { Number = typed }, country);

        Assert.Equal(number, registration.Number);
        Assert.Null(CompanyRegistrationRules.Validate(registration, country));
        Assert.Equal(scheme, CompanyRegistrationRules.FindScheme(country, registration.Number));
    }

    [Theory]
    [InlineData("SE", "5567037486")]
    [InlineData("DK", "1358562")]
    [InlineData("NL", "3303143")]
    [InlineData("IS", "54026964")]
    [InlineData("NO", "995525829")]
    [InlineData("BE", "0428759498")]
    public void A_number_that_its_register_cannot_have_given_out_is_refused(string country, string number) =>
        Assert.Contains(
            "registration number",
            CompanyRegistrationRules.Validate(CompanyRegistration.None with { Number = number }, country)!.Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("SE", "Godkänd för F-skatt", true)]
    [InlineData("SE", "123", false)]
    [InlineData("NO", "Foretaksregisteret", true)]
    [InlineData("NO", "123", false)]
    [InlineData("IT", "RSSMRA85T10A562S", true)]
    [InlineData("IT", "123", false)]
    [InlineData("DE", "30/123/45678", true)]
    public void A_tax_number_is_what_its_country_lets_stand_there(string country, string number, bool isValid) =>
        Assert.Equal(isValid, CompanyRegistrationRules.Validate(CompanyRegistration.None with { TaxNumber = number }, country) is null);

    [Fact]
    public void What_no_document_can_show_is_refused() =>
        Assert.NotNull(CompanyRegistrationRules.Validate(CompanyRegistration.None with { Court = "Amtsgericht\u0007" }, "DE"));
}
