using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class RestrictionTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("docx → pdf", "docx-to-pdf")]
    [InlineData("docx → pdf, HTML->PDF; pdf to jpg xlsx-to-pdf", "docx-to-pdf html-to-pdf pdf-to-jpg xlsx-to-pdf")]
    [InlineData("docx → pdf (openoffice), docx → pdf", "docx-to-pdf/openoffice docx-to-pdf")]
    [InlineData("docx-to-pdf docx-to-pdf", "docx-to-pdf")]
    [InlineData("word", "word")]
    public void Converters_are_read_as_people_write_them(string? text, string expected) =>
        Assert.Equal(expected, string.Join(' ', RestrictionText.ReadConverters(text)));

    [Theory]
    [InlineData("docx-to-pdf")]
    [InlineData("pdf-to-delete-pages")]
    [InlineData("docx-to-pdf/openoffice")]
    public void What_is_shown_is_read_again(string name) =>
        Assert.Equal([name], RestrictionText.ReadConverters(ConverterName.Readable(name)));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("203.0.113.0/24, 2001:DB8::/32", "203.0.113.0/24 2001:db8::/32")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("7", "7")]
    [InlineData("10.0.0.0/33", "10.0.0.0/33")]
    public void Networks_and_single_addresses_are_read(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', RestrictionText.ReadNetworks(text)));
}
