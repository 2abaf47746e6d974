using ResellerPortal.Core.Persistence.Copying;

namespace ResellerPortal.Core.Tests.Moving;

public sealed class TableDigestTests
{
    [Fact]
    public void The_order_of_rows_does_not_matter_and_each_row_counts_as_often_as_it_is_there()
    {
        Assert.Equal(Compute(["a", 1L], ["b", 2L]), Compute(["b", 2L], ["a", 1L]));
        Assert.NotEqual(Compute(["a", 1L]), Compute(["a", 1L], ["a", 1L]));
    }

    [Fact]
    public void Values_that_look_alike_are_told_apart()
    {
        object?[][] rows =
        [
            ["", null], [null, ""], ["a", "b"], ["ab", ""], ["a ", "b"], ["A", "b"], [1L, null], [2L, null], [new byte[] { 1 }, null],
            [Array.Empty<byte>(), new byte[] { 0 }], ["\uD83D\uDE00", null], ["\uFFFD\uFFFD", null], [Guid.Empty, null],
            [new DateOnly(2026, 10, 1), null], [true, false], [false, true],
        ];

        Assert.Equal(rows.Length, rows.Select(row => Compute(row).ToString()).Distinct().Count());
    }

    [Fact]
    public void Documents_are_equal_however_their_properties_are_ordered()
    {
        Assert.Equal(
            CopyValues.Normalize("""{"b": [1, {"d": null, "c": "x"}], "a": true}"""),
            CopyValues.Normalize("""{ "a":true,"b":[1,{"c":"x","d":null}] }"""));
        Assert.NotEqual(CopyValues.Normalize("""{"a": [1, 2]}"""), CopyValues.Normalize("""{"a": [2, 1]}"""));
    }

    private static TableDigest Compute(params object?[][] rows)
    {
        var digest = new TableDigest();
        foreach (var row in rows)
        {
            digest.Add(row);
        }

        return digest;
    }
}
