using System.Xml;
using CsCheck;
using ResellerPortal.Core.Languages;

namespace ResellerPortal.Core.Tests.Languages;

public sealed class DocumentTextTests
{
    [Theory]
    [InlineData("Ąžuolas & <Söhne> 😀 مرحبا", true)]
    [InlineData("bell\u0007", false)]
    [InlineData("tab\t", false)]
    [InlineData("line\n", false)]
    [InlineData("\ufffe", false)]
    [InlineData("\ufdd0", false)]
    [InlineData("\u0085", false)]
    public void Only_what_can_be_shown_is_clean(string text, bool isClean) => Assert.Equal(isClean, DocumentText.IsClean(text));

    [Fact]
    public void A_character_of_two_halves_is_kept_and_a_half_is_not() =>
        Assert.Equal("a\ud83d\ude00b", DocumentText.Clean("a\ud83d\ud83d\ude00\ude00b"));

    [Fact]
    public void Lines_are_kept_where_they_may_be()
    {
        Assert.Equal("one two three", DocumentText.Clean("one\ntwo\tthree\u0000"));
        Assert.Equal("one\ntwo three", DocumentText.CleanLines("one\r\ntwo\tthree\u0000"));
        Assert.True(DocumentText.AreLinesClean("one\r\ntwo"));
        Assert.False(DocumentText.AreLinesClean("one\u0000"));
    }

    [Fact]
    public void Whatever_is_left_of_any_text_can_be_written_as_XML_and_cleaning_again_changes_nothing() =>
        Gen.Char.Array[0, 40].Select(characters => new string(characters)).Sample(text =>
        {
            foreach (var clean in (string[])[DocumentText.Clean(text), DocumentText.CleanLines(text)])
            {
                Assert.Equal(clean, XmlConvert.VerifyXmlChars(clean));
                Assert.Equal(clean, DocumentText.CleanLines(clean));
            }
        });
}
