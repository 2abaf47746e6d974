using System.Text.RegularExpressions;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Tokens;

public sealed class TokenSecretTests
{
    [Fact]
    public void New_secrets_are_found_by_their_form_and_no_changed_one_passes_for_one()
    {
        var secrets = Enumerable.Range(0, 1_000).Select(_ => TokenSecret.Create()).ToList();

        Assert.Equal(secrets.Count, secrets.Distinct().Count());
        Assert.All(secrets, secret =>
        {
            Assert.Matches(new Regex("^rpt_[0-9A-Za-z]{49}$"), secret);
            Assert.True(TokenSecret.IsWellFormed(secret));
            var at = TokenSecret.Prefix.Length + (secret[10] % 49);
            Assert.False(TokenSecret.IsWellFormed(secret[..at] + (secret[at] == 'a' ? 'b' : 'a') + secret[(at + 1)..]));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("rpt_")]
    [InlineData("demo_acme_production_token_0001")]
    [InlineData("rpt_0000000000000000000000000000000000000000000000000")]
    public void Text_that_resembles_a_secret_is_not_well_formed(string text) => Assert.False(TokenSecret.IsWellFormed(text));

    [Fact]
    public void The_checksum_is_that_of_the_written_rule() =>
        Assert.True(TokenSecret.IsWellFormed("rpt_" + new string('0', 43) + "0It7Y4"));
}
