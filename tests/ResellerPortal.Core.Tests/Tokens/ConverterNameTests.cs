using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class ConverterNameTests
{
    [Theory]
    [InlineData("pdf", "delete-pages", null, "pdf-to-delete-pages")]
    [InlineData("PDF", "Extract-Images", null, "pdf-to-extract-images")]
    [InlineData("pdf", "fdf-extract", null, "pdf-to-fdf-extract")]
    [InlineData("docx", "pdf", "OpenOffice", "docx-to-pdf/openoffice")]
    [InlineData("to", "to", null, "to-to-to")]
    public void Names_are_made_of_formats_and_a_converter(string from, string to, string? named, string name)
    {
        Assert.True(ConverterName.TryCreate(from, to, named, out var created));
        Assert.Equal(name, created);
        Assert.True(ConverterName.IsValid(name));
        Assert.True(name.Length <= ConverterName.MaxLength);
    }

    [Theory]
    [InlineData("", "pdf", null)]
    [InlineData("docx", "pdf-", null)]
    [InlineData("-docx", "pdf", null)]
    [InlineData("do--cx", "pdf", null)]
    [InlineData("a-to-b", "pdf", null)]
    [InlineData("a-to", "pdf", null)]
    [InlineData("docx", "to-pdf", null)]
    [InlineData("docx", "pdf/x", null)]
    [InlineData("docx", "pdf", "")]
    [InlineData("docx", "pdf\n", null)]
    [InlineData("a234567890123456789012345678901", "pdf", null)]
    public void Anything_else_is_no_name(string from, string to, string? named) =>
        Assert.False(ConverterName.TryCreate(from, to, named, out _));

    [Fact]
    public void The_longest_name_fits_its_columns()
    {
        var part = new string('a', 30);
        Assert.True(ConverterName.TryCreate(part, part, part, out var name));
        Assert.True(name.Length <= ConverterName.MaxLength);
    }

    [Theory]
    [InlineData("pdf-to-*", "pdf-to-delete-pages", true)]
    [InlineData("*-to-pdf", "docx-to-pdf/openoffice", true)]
    [InlineData("docx-to-pdf", "docx-to-pdf/openoffice", true)]
    [InlineData("docx-to-pdf/openoffice", "docx-to-pdf", false)]
    [InlineData("docx-to-pdf/openoffice", "docx-to-pdf/openoffice", true)]
    [InlineData("pdf-to-delete-pages", "pdf-to-delete", false)]
    [InlineData("*-to-pdf", "unknown", false)]
    public void Price_groups_cover_names(string pattern, string name, bool isCovered)
    {
        Assert.True(ConverterName.IsPattern(pattern));
        Assert.Equal(isCovered, ConverterName.Matches(pattern, name));
    }

    [Theory]
    [InlineData("/convert/docx/to/pdf", "docx-to-pdf")]
    [InlineData("convert/pdf/to/delete-pages", "pdf-to-delete-pages")]
    [InlineData("/convert/docx/to/pdf/converter/OpenOffice", "docx-to-pdf/openoffice")]
    [InlineData("docx-to-pdf/openoffice", "docx-to-pdf/openoffice")]
    [InlineData(" DOCX to PDF ", "docx-to-pdf")]
    [InlineData("docx → pdf", "docx-to-pdf")]
    [InlineData("docx->pdf", "docx-to-pdf")]
    [InlineData("pdf:extract-images", "pdf-to-extract-images")]
    [InlineData("docx/pdf", "docx-to-pdf")]
    public void Statistics_write_names_in_many_ways(string text, string name)
    {
        Assert.True(ConverterName.TryRead(text, out var read));
        Assert.Equal(name, read);
    }

    [Theory]
    [InlineData("docx")]
    [InlineData("docx-to-")]
    [InlineData("docx-to-pdf/")]
    [InlineData("a/b/c/d")]
    public void What_is_no_name_is_not_read(string text) => Assert.False(ConverterName.TryRead(text, out _));

    [Theory]
    [InlineData("pdf-to-delete-pages", "pdf → delete-pages")]
    [InlineData("docx-to-pdf/openoffice", "docx → pdf (openoffice)")]
    [InlineData("unknown", "unknown")]
    public void Pages_show_an_arrow(string name, string shown) => Assert.Equal(shown, ConverterName.Readable(name));
}
