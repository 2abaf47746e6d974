using ResellerPortal.Core.ElectronicInvoices;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.ElectronicInvoices;

public sealed class ElectronicAddressTests
{
    [Theory]
    [InlineData("DE", "de 136 695 976", "9930", "DE136695976")]
    [InlineData("Italy", "IT00743110157", "0211", "IT00743110157")]
    [InlineData("GR", "EL094259216", "9933", "EL094259216")]
    [InlineData("NO", "NO995525828MVA", "", "")]
    [InlineData("US", "123", "", "")]
    [InlineData("DE", "", "", "")]
    [InlineData("", "DE136695976", "", "")]
    public void The_VAT_ID_is_proposed_where_the_country_has_a_scheme_for_it(string country, string vatId, string scheme, string id) =>
        Assert.Equal(new ElectronicAddress(scheme, id), ElectronicAddressScheme.Propose(country, vatId));

    [Theory]
    [InlineData("9930", "DE136695976", true)]
    [InlineData("9930", "DE136695977", false)]
    [InlineData("9930", "LT100001919017", false)]
    [InlineData("0088", "7300010000001", true)]
    [InlineData("0088", "7300010000002", false)]
    [InlineData("0007", "5567037485", true)]
    [InlineData("0007", "5567037486", false)]
    [InlineData("0192", "995525828", true)]
    [InlineData("0192", "995525829", false)]
    [InlineData("0208", "0428759497", true)]
    [InlineData("0208", "0428759498", false)]
    [InlineData("0151", "51824753556", true)]
    [InlineData("0151", "51824753557", false)]
    [InlineData("0184", "DK13585628", true)]
    [InlineData("0204", "04011000-12345-03", true)]
    [InlineData("0204", "Leitweg", false)]
    [InlineData("EM", "billing@acme.example", true)]
    [InlineData("EM", "billing", false)]
    public void An_address_has_its_schemes_form_and_check_digits(string scheme, string id, bool isValid) =>
        Assert.Equal(isValid, ElectronicAddressScheme.Find(scheme)!.IsValid(id));

    [Fact]
    public void Spaces_are_taken_out()
    {
        Assert.Equal("DE136695976", ElectronicAddressScheme.Normalize(new ElectronicAddress("9930", " de 136 695 976 ")).Id);
        Assert.Equal("7300010000001", ElectronicAddressScheme.Normalize(new ElectronicAddress("0088", "7300 0100 00001")).Id);
    }

    [Fact]
    public void No_scheme_is_listed_twice() =>
        Assert.Equal(ElectronicAddressScheme.All.Count, ElectronicAddressScheme.All.Select(scheme => scheme.Code).Distinct().Count());
}
