using CsCheck;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Tenancy;

public sealed class BankAccountTests
{
    // SWIFT, IBAN registry, release 99: each country's example.
    [Theory]
    [InlineData("LT12 1000 0111 0100 1000")]
    [InlineData("DE89 3704 0044 0532 0130 00")]
    [InlineData("FR14 2004 1010 0505 0001 3M02 606")]
    [InlineData("ES91 2100 0418 4502 0005 1332")]
    [InlineData("GB29 NWBK 6016 1331 9268 19")]
    [InlineData("NO93 8601 1117 947")]
    [InlineData("MT84 MALT 0110 0001 2345 MTLC AST0 01S")]
    public void Examples_of_the_registry_are_right_and_read_back_in_groups(string readable)
    {
        var iban = BankAccount.Normalize(readable.ToLowerInvariant());
        Assert.True(BankAccount.IsIban(iban));
        Assert.Equal(readable, new BankAccount("", iban, "").ReadableIban);
    }

    [Fact]
    public void One_wrong_digit_or_two_that_are_swapped_are_found() =>
        Gen.Select(Gen.Int[2, 19], Gen.Int[1, 9]).Sample((at, by) =>
        {
            const string iban = "LT121000011101001000";
            var wrong = iban.ToCharArray();
            wrong[at] = (char)('0' + ((wrong[at] - '0' + by) % 10));
            Assert.False(BankAccount.IsIban(new string(wrong)));
            var swapped = iban.ToCharArray();
            if (at < 19 && swapped[at] != swapped[at + 1])
            {
                (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);
                Assert.False(BankAccount.IsIban(new string(swapped)));
            }
        });

    [Theory]
    [InlineData("CBVILT2X", true)]
    [InlineData("DEUTDEFF500", true)]
    [InlineData("DEUTDEFF50", false)]
    [InlineData("1BVILT2X", false)]
    public void A_bic_has_eight_or_eleven_characters(string bic, bool isRight) => Assert.Equal(isRight, BankAccount.IsBic(bic));
}
