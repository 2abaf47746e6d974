using ResellerPortal.Gateway.Requests;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>The pages that a request is limited to.</summary>
public sealed class PageRangeTests
{
    [Theory]
    [InlineData("1", 1L)]
    [InlineData("1-3,5, 10 - 12", 7L)]
    [InlineData("3-3", 1L)]
    [InlineData("", null)]
    [InlineData("5-", null)]
    [InlineData("-5", null)]
    [InlineData("3-1", null)]
    [InlineData("1-2-3", null)]
    [InlineData("odd", null)]
    [InlineData("0", null)]
    [InlineData("1-99999999999999999999", null)]
    public void Pages_are_counted_if_the_range_says_how_many(string range, long? pages) => Assert.Equal(pages, PageRange.Count(range));
}
